{%- set counts = ['leads_imported', 'sent', 'accepted', 'mature_sent', 'mature_accepted'] -%}
{%- set shares = ['accept_rate', 'ci_low', 'ci_high', 'attribution_coverage'] -%}

with snapshots as (

    select * from {{ ref('heyreach_analytics_snapshots') }}

),

totals as (

    select * from {{ ref('heyreach_analytics_snapshot_metrics') }}
    where dimension = 'all'

),

run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

-- Reports of a week are comparable over periods of one length: that of this report.
comparable as (

    select
        snapshots.*,
        cast(date_trunc('week', snapshots.snapshot_date) as date) as report_week
    from snapshots
    cross join run_parameters
    where {{ hours_between(utc_midnight('snapshots.period_start'), utc_midnight('snapshots.period_end')) }}
        = {{ hours_between('run_parameters.since', 'run_parameters.until') }}

),

last_of_week as (

    select
        *,
        count(*) over (partition by report_week) as reports,
        row_number() over (partition by report_week order by snapshot_as_of desc, period_end desc) as rank_in_week
    from comparable

)

select
    last_of_week.report_week,
    max(last_of_week.snapshot_as_of) as snapshot_as_of,
    max(last_of_week.period_start) as period_start,
    max(last_of_week.period_end) as period_end,
    cast(max(last_of_week.reports) as bigint) as reports,
    {%- for metric in counts %}
    cast(max(totals.value) filter (where totals.metric = '{{ metric }}') as bigint) as {{ metric }},
    {%- endfor %}
    {%- for metric in shares %}
    max(totals.value) filter (where totals.metric = '{{ metric }}') as {{ metric }},
    {%- endfor %}
    max(totals.value) filter (where totals.metric = 'accept_rate') is not null as is_usable_in_rate,
    max(last_of_week.as_of) as as_of
from last_of_week
inner join totals on last_of_week.snapshot_id = totals.snapshot_id
where last_of_week.rank_in_week = 1
group by last_of_week.report_week
