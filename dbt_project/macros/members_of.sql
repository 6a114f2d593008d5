{#- members_of(entries, 'facts', 'fact_id'): in which segments of these dimensions each fact is, a row for each; only segments that
    stand `among` others, where that is named; and `grouped` by segment, where the columns are sums. Each dimension reads the
    relation anew: of all facts that costs its one column, of some of them those are a CTE of their own. -#}
{% macro members_of(entries, facts, columns, among=none, grouped=false) -%}
    {%- for entry in entries %}
    select
        '{{ entry.name }}' as dimension,
        {{ segment_of(entry) }} as segment,
        {{ columns }}
    from {{ facts_by(entry, facts) }}
    where {{ is_told_of() }}
    {%- if among %}
        and {{ segment_of(entry) }} in (select wanted.segment from {{ among }} as wanted where wanted.dimension = '{{ entry.name }}')
    {%- endif %}
    {%- if grouped %}
    group by 2
    {%- endif %}
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#- Whether a fact adds to a count that an assistant is told; and what identifies it, whether it is of a connection or a person. -#}
{% macro is_told_of() -%}
    leads_imported + leads_undated + sent_undated + sent_to_date > 0
{%- endmacro %}

{% macro fact_id() -%}
    coalesce(connection_id, lead_id)
{%- endmacro %}
