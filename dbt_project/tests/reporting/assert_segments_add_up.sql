{#- The segments of every breakdown add up to the totals of the summary, count by count, but for those in which a fact may have
    several (`keyword`). Where cells are suppressed the others are less than the total by what is hidden, which is
    assert_suppressed_cells_stay_hidden's. -#}

with segments as (

    select
        dimension,
        bool_or(verdict = 'suppressed') as has_suppressed,
        {%- for count in fact_counts() %}
        coalesce(sum({{ count }}), 0) as {{ count }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('rpt_segment_performance') }}
    where dimension in {{ names_in(exclusive_dimensions()) }}
    group by dimension

),

summary as (

    select * from {{ ref('rpt_summary') }}

)

select
    segments.dimension
from segments
cross join summary
where
    {%- for count in fact_counts() %}
    {{ 'or ' if not loop.first }}segments.{{ count }} > summary.{{ count }}
    or (segments.{{ count }} < summary.{{ count }} and not segments.has_suppressed)
    {%- endfor %}
