{#- Which rows of `facts` lie in which of `segments` (dimension, segment): a row for each pair, over all dimensions that
    losses are looked for in. `columns` are selected from the two, as facts.<column> and segments.<column>. -#}
{% macro segment_memberships(facts, segments, columns) -%}
    {%- for entry in loss_dimensions() %}
    select {{ columns | join(', ') }}
    from {{ facts_by(entry, facts, 'facts') }}
    inner join {{ segments }} as segments
        on segments.dimension = '{{ entry.name }}'
        and facts.{{ entry.column }} = segments.segment
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
