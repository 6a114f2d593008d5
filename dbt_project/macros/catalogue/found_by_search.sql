{#- What the key of a question begins with that is about somebody whom a search found; the service's number of them comes after it. The
    blank makes it one that `make erase` follows (extract/privacy/files.py). -#}
{% macro found_by_search() -%}
    {{ return('found ') }}
{%- endmacro %}
