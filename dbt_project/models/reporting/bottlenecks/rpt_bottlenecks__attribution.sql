{{ config(materialized='ephemeral', contract={'enforced': false}) }}

with run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

-- A connection whose fields were lost is counted once: with its batch where it still knows which, else with the
-- campaign and day it was put in.
broken as (

    select * from {{ ref('rpt_attribution_coverage') }}
    where scope in ('batch', 'import') and level = 'fail'

),

respelled as (

    select
        lead_id,
        list(expected_field) as expected_fields,
        string_agg(respelled_field, ', ' order by respelled_field) as respelled_fields
    from {{ ref('fnd_lead_fields_respelled') }}
    group by lead_id

),

incomplete as (

    select
        case when batches.segment is not null then 'batch' else 'import' end as dimension,
        coalesce(batches.segment, imports.segment) as segment,
        coalesce(batches.segment_label, imports.segment_label) as segment_label,
        count(*) as incomplete_leads,
        coalesce(max(batches.leads), max(imports.leads)) as leads,
        {{ distinct_texts_joined('connections.missing_attribution_fields') }} as missing_fields,
        -- What stands there under another name is not lost.
        count(*) filter (
            where list_has_all(respelled.expected_fields, string_split(connections.missing_attribution_fields, ', '))
        ) as respelled_leads,
        {{ distinct_texts_joined('respelled.respelled_fields') }} as respelled_fields
    from {{ ref('heyreach_connections') }} as connections
    cross join run_parameters
    left join respelled on connections.lead_id = respelled.lead_id
    left join broken as batches
        on batches.scope = 'batch' and connections.batch_id = batches.segment
    left join broken as imports
        on imports.scope = 'import'
        and imports.segment = connections.campaign_id || '/' || {{ utc_date('connections.created_at') }}
    where not connections.is_attribution_complete
        -- Without a profile URL nothing can be joined to a lead: that is the cause then, and has a line of its own.
        and connections.normalized_profile_url is not null
        and coalesce(batches.segment, imports.segment) is not null
        -- It matters to this report: sent or sendable in its period.
        and (
            connections.sent_cohort_at >= run_parameters.since
            or connections.created_at >= run_parameters.since
            or connections.is_waiting
        )
    group by all
    having count(*) * 100
        > max(coalesce(batches.leads, imports.leads)) * (100 - max(run_parameters.coverage_fail_percent))

),

ranked as (

    select
        *,
        row_number() over (order by incomplete_leads desc, segment) as place
    from incomplete

)

{%- set facts = {
    'incomplete': 'incomplete_leads', 'leads': 'leads', 'place': 'segment_label', 'fields': 'missing_fields',
    'respelled': 'respelled_fields', 'respelled_leads': 'respelled_leads',
} %}
{% for line, which in [
    ('attribution_loss', 'respelled_leads = 0'),
    ('attribution_under_another_name', 'respelled_leads = incomplete_leads'),
    ('attribution_partly_under_another_name', 'respelled_leads > 0 and respelled_leads < incomplete_leads'),
] %}
select
    {{ cause_line(line, 'dimension', 'segment', 'segment_label', 'incomplete_leads', facts) }}
from ranked
where place <= 3 and {{ which }}
union all
{%- endfor %}
select
    {{ cause_line(
        'attribution_loss_elsewhere', "'all'", "'further'", "'Further imports'", 'sum(incomplete_leads)',
        {
            'imports': 'count(*)',
            'incomplete': 'cast(sum(incomplete_leads) as bigint)',
            'fields': distinct_texts_joined('missing_fields'),
            'largest': listed(
                causes()['attribution_loss_elsewhere']['each'],
                {'place': 'segment_label', 'incomplete': 'incomplete_leads'},
                'incomplete_leads desc, segment',
                only='place <= 8'
            ),
        }
    ) }}
from ranked
where place > 3
having count(*) > 0
