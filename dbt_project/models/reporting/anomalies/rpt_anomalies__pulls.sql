{{ config(materialized='ephemeral', contract={'enforced': false}) }}

with run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

complete_pulls as (

    select
        finished_at,
        lag(finished_at) over (order by finished_at) as previous_finished_at
    from {{ ref('stg_operations__pulls') }}
    where resource = 'pull' and is_complete

),

-- What was put in before the first pull can't be dated.
broken_imports as (

    select coverage.*
    from {{ ref('rpt_attribution_coverage') }} as coverage
    cross join {{ ref('int_first_pulls') }} as first_pulls
    where coverage.scope = 'import'
        and coverage.level = 'fail'
        and coverage.enrolled_on >= {{ utc_date('first_pulls.first_complete_at') }}

)
{%- set hours = hours_between('pulls.previous_finished_at', 'pulls.finished_at') %}
{%- set open_days = anomaly_open_days() %}

select
    {{ anomaly_line(
        'coverage_break', "'import'", 'segment', 'segment_label',
        since='enrolled_on',
        judged_until=utc_date('as_of'),
        is_open='enrolled_on + ' ~ open_days['coverage_break'] ~ ' >= ' ~ utc_date('as_of'),
        observed='complete_leads',
        expected='leads',
        evidence_n='leads',
        facts={
            'complete': 'complete_leads',
            'leads': 'leads',
            'place': 'segment_label',
            'fields': 'missing_fields',
        }
    ) }}
from broken_imports
union all
select
    {{ anomaly_line(
        'pull_gap', "'all'", "'all'", "'Pulls'",
        since=utc_date('pulls.previous_finished_at'),
        alarmed_on=utc_date('pulls.finished_at'),
        judged_until=utc_date('pulls.finished_at'),
        is_open=days_after('pulls.finished_at', open_days['pull_gap']) ~ ' >= run_parameters.as_of',
        observed=hours,
        expected='run_parameters.pull_gap_hours',
        evidence_n='null',
        facts={
            'hours': hours,
            'from': 'pulls.previous_finished_at',
            'to': 'pulls.finished_at',
        }
    ) }}
from complete_pulls as pulls
cross join run_parameters
where {{ hours }} > run_parameters.pull_gap_hours
