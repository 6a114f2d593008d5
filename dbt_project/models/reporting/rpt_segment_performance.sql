with facts as (

    select * from {{ ref('int_period_facts') }}

),

labels as (

    select * from {{ ref('int_segments_labelled') }}

),

run_parameters as (

    select * from {{ ref('stg_heyreach__run_parameters') }}

),

-- A keyword string names several keywords: a fact counts under each of them, once.
keyword_facts as (

    select
        *,
        unnest({{ split_keywords('keywords') }}) as keyword
    from facts

),

counted as (

    {%- for entry in segment_dimensions() %}
    select
        '{{ entry.dimension }}' as dimension,
        coalesce({{ entry.column }}, '{{ entry.missing }}') as segment,
        {%- for count in fact_counts() %}
        sum({{ count }}) as {{ count }}{{ ',' if not loop.last }}
        {%- endfor %}
    from facts
    group by segment
    union all
    {%- endfor %}
    select
        'keyword' as dimension,
        keyword as segment,
        {%- for count in fact_counts() %}
        sum({{ count }}) as {{ count }}{{ ',' if not loop.last }}
        {%- endfor %}
    from keyword_facts
    group by segment

),

-- A segment without anything in it is not worth a row.
with_content as (

    select * from counted
    where leads_imported + leads_undated + sent + sent_to_date > 0

),

final as (

    select
        with_content.dimension,
        with_content.segment,
        coalesce(labels.segment_label, with_content.segment) as segment_label,
        {%- for count in fact_counts() %}
        cast(with_content.{{ count }} as bigint) as {{ count }},
        {%- endfor %}
        {{ accept_rate_columns() }},
        run_parameters.as_of
    from with_content
    left join labels
        on with_content.dimension = labels.dimension
        and with_content.segment = labels.segment
    cross join run_parameters

)

select * from final
