{{ config(materialized='ephemeral') }}

{#- What describes a person (`sensitive`): cells of fewer than `sensitive_cell_minimum` people are suppressed, and with them
    the next smallest ones until at least two cells and that many people are hidden together: the total is public, so what is
    hidden is only ever known as a sum. -#}

with sized as (

    select
        counted.*,
        dimension in {{ names_in(sensitive_dimensions()) }} as is_sensitive,
        bool_or(segment not in ('{{ missing_segments() | join("', '") }}')) over (partition by dimension) as is_collected,
        row_number() over smallest_first as size_rank,
        sum(people_counted_here) over smallest_first as people_up_to,
        sum(people_counted_here) over (partition by dimension) as table_people,
        count(*) over (partition by dimension) as table_cells,
        count(*) filter (where people < run_parameters.sensitive_cell_minimum) over (partition by dimension) as small_cells,
        run_parameters.sensitive_cell_minimum
    from {{ ref('fnd_segments_counted') }} as counted
    cross join {{ ref('stg_operations__run_parameters') }} as run_parameters
    window smallest_first as (
        partition by dimension order by people, segment rows between unbounded preceding and current row
    )

),

hidden as (

    select
        *,
        -- Where nothing was collected the only cell is the public total.
        is_sensitive
        and is_collected
        and small_cells > 0
        and size_rank <= coalesce(
            min(size_rank) filter (
                where size_rank >= greatest(small_cells, 2) and people_up_to >= sensitive_cell_minimum
            ) over (partition by dimension),
            table_cells
        ) as is_hidden
    from sized

),

-- Among too few people even the name of a segment would tell what they are, so one row stands for all.
suppressed as (

    select
        dimension,
        case when is_hidden and table_people < sensitive_cell_minimum then 'suppressed' else segment end as segment,
        is_sensitive,
        is_collected,
        is_hidden,
        {%- for count in fact_counts() + doubt_counts() + ['senders', 'people'] %}
        case when not is_hidden then {{ count }} end as {{ count }}{{ ',' if not loop.last }}
        {%- endfor %}
    from hidden
    where not (is_hidden and table_people < sensitive_cell_minimum and size_rank > 1)

)

-- What is hidden has no bounds either.
select
    suppressed.*,
    {%- for count in undecided_counts() %}
    case when not suppressed.is_hidden then coalesce(bounds.{{ count }}_fewer, 0) end as {{ count }}_fewer,
    case when not suppressed.is_hidden then coalesce(bounds.{{ count }}_more, 0) end as {{ count }}_more{{ ',' if not loop.last }}
    {%- endfor %}
from suppressed
left join {{ ref('fnd_segment_bounds') }} as bounds
    on suppressed.dimension = bounds.dimension
    and suppressed.segment = bounds.segment
