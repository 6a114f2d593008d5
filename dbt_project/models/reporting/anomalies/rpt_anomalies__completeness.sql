{{ config(materialized='ephemeral', contract={'enforced': false}) }}

-- An import that lost its fields has a line of its own (coverage_break).
with broken_imports as (

    select distinct cast(date_trunc('week', since) as date) as week
    from {{ ref('rpt_anomalies__pulls') }}
    where kind = 'coverage_break'

),

weeks as (

    select
        completeness.* replace (completeness.is_low and broken_imports.week is null as is_low),
        count(*) filter (where not completeness.is_low) over (partition by completeness.field order by completeness.week) as spell
    from {{ ref('rpt_lead_completeness') }} as completeness
    left join broken_imports on completeness.week = broken_imports.week
    where completeness.is_over

),

run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

-- Weeks that are low one after the other are one event.
spells as (

    select
        field,
        fields,
        min(week) as since,
        max(week) as newest_week,
        arg_max(leads, week) as leads,
        arg_max(known, week) as known,
        arg_max(usual_share, week) as usual_share
    from weeks
    where is_low
    group by field, fields, spell

),

-- What made a week of leads incomplete is said with it, and not again by itself.
behind_complete as (

    select
        complete.week,
        string_agg(fields.field, ', ' order by fields.known, fields.field) as missing
    from weeks as complete
    inner join weeks as fields on complete.week = fields.week
    cross join run_parameters
    where complete.field = 'complete'
        and complete.is_low
        and fields.is_low
        and ',' || run_parameters.complete_lead_fields || ',' like '%,' || fields.field || ',%'
    group by complete.week

)

select
    {{ anomaly_line(
        'completeness_drop', "'lead_field'", 'spells.field', "if(spells.field = 'complete', 'Complete leads', spells.field)",
        since='spells.since',
        alarmed_on='spells.since + 6',
        judged_until='spells.newest_week + 6',
        is_open='spells.newest_week + ' ~ (anomaly_open_days()['completeness_drop'] + 6) ~ ' >= ' ~ utc_date('run_parameters.as_of'),
        observed='spells.known',
        expected='spells.usual_share * spells.leads',
        evidence_n='spells.leads',
        facts={
            'leads': 'spells.leads',
            'week': 'spells.newest_week',
            'known': 'spells.known',
            'what': 'spells.fields',
            'usual': 'spells.usual_share',
            'missing': "case when spells.field = 'complete' then behind_complete.missing end",
        }
    ) }}
from spells
cross join run_parameters
left join behind_complete on spells.newest_week = behind_complete.week
where spells.field = 'complete'
    or coalesce(position(', ' || spells.field || ', ' in ', ' || behind_complete.missing || ', '), 0) = 0
