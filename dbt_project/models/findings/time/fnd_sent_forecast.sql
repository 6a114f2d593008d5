{#- Requests sent so far, day by day, and from the as-of on as many as at today's pace, spread over segments as in the last
    four weeks (over all requests, where hardly any of those can be dated). Undated requests never grow old enough, so they only
    show the spread. Only the ten largest segments of a dimension: the first verdict is one of theirs. -#}
{%- set forecast = ['source', 'icp', 'account', 'list', 'campaign', 'account_type'] -%}

with connections as (

    select * from {{ ref('fnd_connections_described') }}
    where is_sent

),

run_parameters as (

    select
        *,
        {{ utc_date('as_of') }} as today
    from {{ ref('stg_operations__run_parameters') }}

),

requests as (

    select
        connections.*,
        -- What disappeared before it was old enough never will be.
        connections.sent_cohort_at is not null
        and (
            connections.is_mature
            or {{ days_after(
                'connections.sent_cohort_latest',
                'run_parameters.acceptance_window_days + run_parameters.detection_lag_days + 1'
            ) }} > run_parameters.as_of
        ) as is_forecast,
        {{ utc_date('connections.sent_cohort_latest') }} as sent_date,
        connections.sent_cohort_at is not null and {{ days_after('connections.sent_cohort_at', 28) }} >= run_parameters.as_of as is_recent
    from connections
    cross join run_parameters

),

by_segment as (

    select 'all' as dimension, 'all' as segment, account_id, is_forecast, is_recent, sent_date from requests
    {%- for entry in exclusive_dimensions() if entry.name in forecast %}
    union all
    select '{{ entry.name }}', {{ segment_of(entry) }}, account_id, is_forecast, is_recent, sent_date
    from requests
    {%- endfor %}

),

segments as (

    select
        dimension,
        segment,
        count(*) as sent_to_date,
        count(distinct account_id) as senders,
        count(*) filter (where is_recent) as recent
    from by_segment
    group by dimension, segment

),

spread as (

    select
        segments.*,
        totals.senders as all_senders,
        case
            when totals.recent >= run_parameters.hide_rate_below then segments.recent / totals.recent
            else segments.sent_to_date / totals.sent_to_date
        end as share
    from segments
    cross join (select * from segments where dimension = 'all') as totals
    cross join run_parameters
    qualify row_number() over (partition by segments.dimension order by segments.sent_to_date desc, segments.segment) <= 10

),

sent_days as (

    select dimension, segment, sent_date, count(*) as sent
    from by_segment
    where is_forecast
    group by dimension, segment, sent_date

),

calendar as (

    select cast(unnest(generate_series(
        least((select min(sent_date) from sent_days), today), today + 365, interval 1 day
    )) as date) as sent_date
    from run_parameters

)

select
    spread.dimension,
    spread.segment,
    calendar.sent_date,
    spread.senders,
    spread.all_senders - spread.senders as other_senders,
    spread.share,
    cast(sum(coalesce(sent_days.sent, 0)) over up_to as bigint) as sent_already,
    {{ exact_sum(
        'coalesce(sent_days.sent, 0)
        + case
            when calendar.sent_date >= run_parameters.today and isodow(calendar.sent_date) <= 5
                then round(spread.share * pace.sent_per_business_day, 6)
            else 0
        end',
        window='over up_to'
    ) }} as sent_so_far
from spread
cross join calendar
cross join run_parameters
cross join {{ ref('fnd_request_pace') }} as pace
left join sent_days
    on spread.dimension = sent_days.dimension
    and spread.segment = sent_days.segment
    and calendar.sent_date = sent_days.sent_date
window up_to as (
    partition by spread.dimension, spread.segment
    order by calendar.sent_date rows between unbounded preceding and current row
)
