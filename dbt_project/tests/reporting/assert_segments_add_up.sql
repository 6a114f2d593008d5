{#- The segments of every breakdown but `keyword` add up to the totals of the summary, count by count. -#}

with segments as (

    select
        dimension,
        {%- for count in fact_counts() %}
        sum({{ count }}) as {{ count }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('rpt_segment_performance') }}
    where dimension <> 'keyword'
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
    {{ 'or ' if not loop.first }}segments.{{ count }} <> summary.{{ count }}
    {%- endfor %}
