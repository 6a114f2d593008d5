{#- The text helpers of `_parse_linkedin_url`. Each takes and gives one SQL text expression; null stays null. -#}

{#- Tamsin<tab>Q<zero-width space>      -> Tamsin Q
    <no-break space>linkedin.com/in/x   -> linkedin.com/in/x
    Control and space characters become blanks, invisible format characters go, outer blanks go. -#}
{% macro _clean_text(text) -%}
    trim(regexp_replace(regexp_replace({{ text }}, '\p{Cf}+', '', 'g'), '[\p{Cc}\p{Z}]', ' ', 'g'), ' ')
{%- endmacro %}

{#- SaLeS                -> sales
    <Kelvin sign>elvin   -> <Kelvin sign>elvin
    `lower` and `(?i)` would read the Kelvin sign as k and the dotted capital İ as i: look-alike hosts. -#}
{% macro _ascii_lower(text) -%}
    translate({{ text }}, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz')
{%- endmacro %}

{#- linkedin.com%2Fin%2Fx%2B+   -> linkedin.com/in/x++
    in%2Fren%C3%A9e%            -> in/renée%
    in%2Fren%E9e                -> in/ren%E9e
    One round. Bytes that are not UTF-8 stay encoded: harmless in a query, refused later in a slug. -#}
{% macro _percent_decode(text) -%}
    coalesce(
        try(url_decode({{ text }})),
        url_decode(regexp_replace({{ text }}, '%([89A-Fa-f][0-9A-Fa-f])', '%25\1', 'g'))
    )
{%- endmacro %}

{#- ren%C3%A9e   -> renée
    ren%E9e      -> null
    100%         -> null
    One round. Null where a percent sign starts no byte, or the bytes are not UTF-8. -#}
{% macro _percent_decode_strictly(text) -%}
    case
        when not contains({{ text }}, '%') then {{ text }}
        when not regexp_matches({{ text }}, '%(?:[^0-9A-Fa-f]|[0-9A-Fa-f][^0-9A-Fa-f]|[0-9A-Fa-f]?$)')
            then try(url_decode({{ text }}))
    end
{%- endmacro %}

{#- google.com/url?sa=t&q=https%3A%2F%2Flinkedin.com%2Fin%2Fx#top, 'q|url'   -> https://linkedin.com/in/x
    google.com/url?sa=t, 'q|url'                                             -> null
    The first non-empty value of the parameters named; `value` narrows what counts as one. -#}
{% macro _query_parameter(address, names, value='[^&#]+') -%}
    {{ _percent_decode(
        "nullif(regexp_extract(" ~ address ~ ", '^[^?#]*[?](?:[^#]*?&)??(?:" ~ names ~ ")=(" ~ value ~ ")', 1), '')"
    ) }}
{%- endmacro %}
