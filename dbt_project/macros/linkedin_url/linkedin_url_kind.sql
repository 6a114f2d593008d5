{#- What sort of slug a profile link ends in, or why there is no profile. Never null.

    https://www.linkedin.com/in/tamsin-quillworth                     -> vanity
    https://www.linkedin.com/sales/lead/ACwAAPUBexampleSALESid,NAME   -> member_id
    https://www.linkedin.com/company/quillworth-ltd                   -> not_a_person
    https://lnkd.in/eXaMpLe0                                          -> short_link
    null                                                              -> empty

    All reasons: _linkedin_url.yml. -#}
{% macro linkedin_url_kind(column) -%}
    struct_extract({{ _parse_linkedin_url(column) }}, 'kind')
{%- endmacro %}
