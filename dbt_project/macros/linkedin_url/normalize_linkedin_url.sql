{#- The key under which the warehouse knows one LinkedIn profile, or null.

    https://www.linkedin.com/in/Tamsin-Quillworth/?utm_source=clay    -> linkedin.com/in/tamsin-quillworth
    in/ren%C3%A9e-dubrielle                                           -> linkedin.com/in/renée-dubrielle
    https://www.linkedin.com/sales/lead/ACwAAPUBexampleSALESid,NAME   -> linkedin.com/in/ACwAAPUBexampleSALESid
    https://www.linkedin.com/company/quillworth-ltd                   -> null
    tamsin-quillworth                                                 -> null

    It never fetches a link, never guesses a cut-off slug and never repairs a damaged member id: a wrong key
    joins two people, a null only misses one. `linkedin_url_kind` says why a value has no key. -#}
{% macro normalize_linkedin_url(column) -%}
    struct_extract({{ _parse_linkedin_url(column) }}, 'key')
{%- endmacro %}
