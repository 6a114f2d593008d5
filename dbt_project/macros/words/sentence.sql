{#- sentence('{leads:count} leads[ of {list}]', {'leads': 'count(*)', 'list': 'max(list_name)'}) -> the SQL that says it.
    A fact stands in braces, with how it is printed (`printed`). What is in brackets is left out where a fact in it is NULL, or
    gives way to what follows a bar: '[{list}|no list]'. A text that says a fact which isn't given doesn't compile. -#}
{% macro sentence(text, facts) -%}
    {%- set parts = [] -%}
    {%- for chunk in text.split('[') -%}
        {%- set optional, _, rest = chunk.partition(']') if not loop.first else ('', '', chunk) -%}
        {%- if optional -%}
            {%- set wanted, _, instead = optional.partition('|') -%}
            {%- do parts.append("coalesce(" ~ _said_plainly(wanted, facts) ~ ", '" ~ instead | replace("'", "''") ~ "')") -%}
        {%- endif -%}
        {%- if rest -%}
            {%- do parts.append(_said_plainly(rest, facts)) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ parts | join('\n    || ') }}
{%- endmacro %}

{% macro _said_plainly(text, facts) -%}
    {%- set parts = [] -%}
    {%- for chunk in text.split('{') -%}
        {%- set fact, _, words = chunk.partition('}') if not loop.first else ('', '', chunk) -%}
        {%- if fact -%}
            {%- set name, _, format = fact.partition(':') -%}
            {%- if name not in facts -%}
                {{ exceptions.raise_compiler_error('The text "' ~ text ~ '" says ' ~ name ~ ', a fact that is not given') }}
            {%- endif -%}
            {%- do parts.append(printed(facts[name], format)) -%}
        {%- endif -%}
        {%- if words -%}
            {%- do parts.append("'" ~ words | replace("'", "''") ~ "'") -%}
        {%- endif -%}
    {%- endfor -%}
    {{ parts | join(' || ') }}
{%- endmacro %}

{#- How a sentence prints a fact: as it is, or as `count` (1,234), `minute` (2026-01-31 09:30, UTC), `whole` or `percent`
    (0.123 -> 12.3). -#}
{% macro printed(fact, format='') -%}
    {%- if format == 'count' -%} {{ printed_count(fact) }}
    {%- elif format == 'minute' -%} {{ printed_minute(fact) }}
    {%- elif format == 'whole' -%} cast(round({{ fact }}) as bigint)
    {%- elif format == 'percent' -%} round(100 * {{ fact }}, 1)
    {%- elif format == '' -%} ({{ fact }})
    {%- else -%} {{ exceptions.raise_compiler_error('A sentence can not print ' ~ format) }}
    {%- endif -%}
{%- endmacro %}
