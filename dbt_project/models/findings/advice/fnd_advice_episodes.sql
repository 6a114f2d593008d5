{#- What earlier reports advised, each time that it stood. Reports over other periods may leave something out, and a test may
    waver: only what no report showed for days is another one when it comes back. -#}

with run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

reports as (

    select
        snapshots.snapshot_as_of,
        snapshots.advice,
        dense_rank() over (order by snapshots.snapshot_as_of) as report_number
    from {{ ref('stg_operations__analytics_snapshots') }} as snapshots
    cross join run_parameters
    where snapshots.snapshot_as_of <= run_parameters.as_of
        and snapshots.run_id <> run_parameters.run_id
        and snapshots.advice is not null

),

shown as (

    select
        reports.snapshot_as_of,
        reports.report_number,
        said.key as advice_id,
        said.value as said
    from reports
    {{ json_entries('reports.advice', 'said') }}

),

-- Reports of one as-of say the same but for their period.
of_each_report as (

    select
        advice_id,
        snapshot_as_of,
        report_number,
        any_value(said order by cast(said as varchar)) as said
    from shown
    group by advice_id, snapshot_as_of, report_number

),

begun as (

    select
        *,
        coalesce(
            report_number > 1 + lag(report_number) over earlier
            and snapshot_as_of > {{ days_after('lag(snapshot_as_of) over earlier', days_until_another()) }},
            true
        ) as is_another
    from of_each_report
    window earlier as (partition by advice_id order by snapshot_as_of)

),

numbered as (

    select
        *,
        sum(cast(is_another as integer)) over (partition by advice_id order by snapshot_as_of) as episode
    from begun

),

episodes as (

    select
        advice_id,
        cast(episode as bigint) as episode,
        arg_min(said, snapshot_as_of) as said_first,
        min(snapshot_as_of) as first_shown_at,
        max(snapshot_as_of) as last_shown_at,
        max(report_number) as last_report_number
    from numbered
    group by advice_id, episode

),

ends as (

    select
        episodes.advice_id,
        episodes.episode,
        min(reports.snapshot_as_of) as first_report_without_at
    from episodes
    inner join reports on reports.report_number > episodes.last_report_number
    group by episodes.advice_id, episodes.episode

)

select
    episodes.advice_id,
    episodes.episode,
    {%- for column in ['cause', 'tier', 'dimension', 'segment', 'segment_label'] %}
    {{ payload_text(column, 'episodes.said_first') }} as {{ column }},
    {%- endfor %}
    {{ payload_integer('evidence_n', 'episodes.said_first') }} as evidence_n,
    cast({{ payload_text('worth', 'episodes.said_first') }} as double) as worth_at_first_sight,
    cast({{ payload_text('worth_low', 'episodes.said_first') }} as double) as worth_low,
    cast({{ payload_text('worth_high', 'episodes.said_first') }} as double) as worth_high,
    cast({{ payload_text('expected_rate', 'episodes.said_first') }} as double) as expected_rate,
    {{ payload_integer('expected_requests', 'episodes.said_first') }} as expected_requests,
    {{ payload_text('senders_with_room', 'episodes.said_first') }} as senders_with_room,
    cast({{ payload_text('since', 'episodes.said_first') }} as date) as since,
    episodes.first_shown_at,
    episodes.last_shown_at,
    ends.first_report_without_at,
    episodes.episode = max(episodes.episode) over (partition by episodes.advice_id)
    and (
        ends.first_report_without_at is null
        or run_parameters.as_of <= {{ days_after('episodes.last_shown_at', days_until_another()) }}
    ) as goes_on_if_shown
from episodes
cross join run_parameters
left join ends on episodes.advice_id = ends.advice_id and episodes.episode = ends.episode
