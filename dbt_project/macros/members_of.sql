{#- members_of(entries, 'facts', 'fact_id'): in which segments of these dimensions each fact is, a row for each; only segments that
    stand `among` others, where that is named; and `grouped` by segment, where the columns are sums. -#}
{% macro members_of(entries, facts, columns, among=none, grouped=false) -%}
    {%- for entry in entries %}
    select
        '{{ entry.name }}' as dimension,
        {{ segment_of(entry) }} as segment,
        {{ columns }}
    from {{ facts_by(entry, facts) }}
    {%- if among %}
    where {{ segment_of(entry) }} in (select wanted.segment from {{ among }} as wanted where wanted.dimension = '{{ entry.name }}')
    {%- endif %}
    {%- if grouped %}
    group by 2
    {%- endif %}
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#- The facts that add to a count which an assistant is told; each has an id, whether it is of a connection or of a person. -#}
{% macro facts_told() -%}
    (
        select * exclude (connection_id), coalesce(connection_id, lead_id) as fact_id
        from {{ ref('fnd_period_facts') }}
        where leads_imported + leads_undated + sent_undated + sent_to_date > 0
    )
{%- endmacro %}
