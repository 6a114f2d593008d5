{{ config(materialized='ephemeral') }}

{#- Which cells of rpt_crossed_segments are worth more requests, or fewer: those that neither their row nor their column says
    already. Fewer, where the senders who would ask them in the coming week have somebody else waiting whom they don't get to. -#}

with cells as (

    select crossed.*
    from {{ ref('rpt_crossed_segments') }} as crossed
    where crossed.verdict in ('lower', 'higher')
        and not exists (
            select 1
            from {{ ref('rpt_segment_performance') }} as alone
            where alone.verdict = crossed.verdict
                and (alone.dimension, alone.segment) in (
                    (crossed.row_dimension, crossed.row_segment), (crossed.column_dimension, crossed.column_segment)
                )
        )

),

waiting as (

    select
        waiting.account_id,
        waiting.chance,
        waiting.asked_share,
        coalesce(week.requests, 0) as requests,
        {%- for row, column in crossed_dimensions() %}
        described.{{ row.column }} as {{ row.name }}_{{ column.name }}_row,
        {%- endfor %}
        described.icp
    from {{ ref('fnd_waiting_leads') }} as waiting
    inner join {{ ref('fnd_connections_described') }} as described on waiting.connection_id = described.connection_id
    left join {{ ref('fnd_week_requests') }} as week
        on waiting.connection_id = week.connection_id and week.scenario = 'nothing'
    where waiting.is_in_running_campaign

),

senders as (

    select
        pair,
        row_segment,
        column_segment,
        account_id,
        sum(requests) filter (where is_of_cell) as asked,
        sum(1 - requests) filter (where not is_of_cell) as left_over,
        {{ rate(
            exact_sum('case when not is_of_cell then (1 - requests) * chance end'),
            exact_sum('case when not is_of_cell then 1 - requests end')
        ) }} as chance_of_others,
        max(accept_rate_here * asked_share) as chance_here
    from (
        select
            cells.pair,
            cells.row_segment,
            cells.column_segment,
            {{ rate('cells.mature_accepted', 'cells.mature_sent') }} as accept_rate_here,
            waiting.*,
            coalesce(
                waiting.icp = cells.column_segment
                and case cells.pair
                    {%- for row, column in crossed_dimensions() %}
                    when '{{ row.name }}_{{ column.name }}' then waiting.{{ row.name }}_{{ column.name }}_row
                    {%- endfor %}
                end = cells.row_segment,
                false
            ) as is_of_cell
        from cells
        cross join waiting
    ) as held_against_cells
    group by pair, row_segment, column_segment, account_id

),

worths as (

    select
        pair,
        row_segment,
        column_segment,
        round({{ exact_sum('least(asked, left_over) * greatest(chance_of_others - chance_here, 0)') }}, 6) as worth
    from senders
    group by pair, row_segment, column_segment

)

select
    cells.*,
    case when cells.verdict = 'higher' then 'scale' else 'pause' end as advice,
    case when cells.row_dimension = 'account' then cells.row_segment end as account_id,
    worths.worth
from cells
left join worths
    on cells.pair = worths.pair
    and cells.row_segment = worths.row_segment
    and cells.column_segment = worths.column_segment
where cells.verdict = 'higher' or {{ is_worth_something('worths.worth') }}
