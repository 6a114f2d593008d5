{#- Which rows of `facts` lie in which of `segments` (dimension, segment): a row for each pair, over all dimensions that
    losses are looked for in. `columns` are selected from the two, as facts.<column> and segments.<column>. -#}
{% macro segment_memberships(facts, segments, columns) -%}
    {%- for entry in exclusive_dimensions() if entry.loss is defined %}
    select {{ columns | join(', ') }}
    from {{ facts }} as facts
    inner join {{ segments }} as segments
        on segments.dimension = '{{ entry.name }}'
        and facts.{{ entry.column }} = segments.segment
    union all
    {%- endfor %}
    select {{ columns | join(', ') }}
    from (select *, unnest({{ split_keywords('keywords') }}) as keyword from {{ facts }}) as facts
    inner join {{ segments }} as segments
        on segments.dimension = 'keyword'
        and facts.keyword = segments.segment
{%- endmacro %}
