{#- The points of a prospect for an entry of prospect_points(): `facts` is a row of prospect_points__facts, `settings` the one of
    int_outreach_settings. -#}
{% macro prospect_points_of(entry) -%}
    {%- set points = 'settings.' ~ entry.group ~ '_' ~ entry.name ~ '_points' -%}
    {%- if entry.name in prospect_shares() -%}
    {%- set there, of = prospect_shares()[entry.name] -%}
    {%- set of = of if of == '100' else 'facts.' ~ of -%}
    coalesce((2 * {{ points }} * facts.{{ there }} + {{ of }}) // nullif(2 * {{ of }}, 0), 0)
    {%- elif entry.name in prospect_tags() -%}
    case when facts.{{ entry.name }} is not null then {{ points }} else 0 end
    {%- else -%}
    case when facts.has_{{ entry.name }} then {{ points }} else 0 end
    {%- endif -%}
{%- endmacro %}

{#- What a prospect may lack, in words -> the facts that aren't known then. -#}
{% macro reasons_by_missing() -%}
    {%- set found = {} -%}
    {%- for name, words in prospect_texts().items() if words.missing is defined -%}
        {%- do found.update({words.missing: found.get(words.missing, []) + [name]}) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}
