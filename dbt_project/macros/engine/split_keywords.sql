{#- split_keywords('SRE; kubernetes | sre') -> ['sre', 'kubernetes']: split on comma, semicolon and pipe,
    trimmed, lower case, without blanks and repeats; NULL -> []. -#}
{% macro split_keywords(text) -%}
    list_distinct(
        list_filter(
            list_transform(
                regexp_split_to_array(lower(coalesce({{ text }}, '')), '[,;|]'),
                lambda part: trim(part)
            ),
            lambda part: part <> ''
        )
    )
{%- endmacro %}
