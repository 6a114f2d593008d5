{#- One layer of what surrounds a pasted link, taken off.

    [Tamsin Q](https://linkedin.com/in/x "her page")      -> https://linkedin.com/in/x
    <a class="b" href="https://linkedin.com/in/x">T</a>   -> "https://linkedin.com/in/x"
    =HYPERLINK("https://linkedin.com/in/x","Tamsin")      -> https://linkedin.com/in/x
    <https://linkedin.com/in/x|Tamsin>                    -> https://linkedin.com/in/x
    ("https://linkedin.com/in/x").                        -> https://linkedin.com/in/x
    https://linkedin.com/in/tamsin-quil...                -> …

    A bare … stands for a link that was cut off. A label may not hold a second link: two people in one cell
    are no wrapper, so that the cell is refused later instead of giving the key of one of them. -#}
{% macro _unwrap_link(link) -%}
    {%- set markdown -%}
        ^!?\[(?:[^][]|\[[^][]*\])*\]\( *((?:[^ ()]|\([^ ()]*\))+)(?: +(?:"[^"]*"|''[^'']*''))? *\)$
    {%- endset -%}
    {%- set html -%}
        ^<[aA](?: [^>]*?)? (?i:href) *= *("[^"]*"|''[^'']*''|[^ "''>]+)(?: [^>]*)?>(?:[^<]|<[^/<]|</[^aA])*</[aA] *>$
    {%- endset -%}
    {%- set spreadsheet -%}
        ^= *(?i:hyperlin)[kK] *\( *"([^"]*)" *(?:[,;](?:"[^"]*"|[^"()]|\([^()]*\))*)?\)$
    {%- endset -%}
    {%- set slack -%}
        ^<([^<>|]+)\|[^<>]*>$
    {%- endset -%}
    trim(coalesce(
        case
            when left({{ link }}, 1) in ('[', '!', '<', '=') then coalesce(
                nullif(regexp_extract({{ link }}, '{{ markdown }}', 1), ''),
                nullif(regexp_extract({{ link }}, '{{ html }}', 1), ''),
                nullif(regexp_extract({{ link }}, '{{ spreadsheet }}', 1), ''),
                nullif(regexp_extract({{ link }}, '{{ slack }}', 1), '')
            )
        end,
        case
            when regexp_matches({{ link }}, '^[^?#]*(?:…|\.\.\.)') then '…'
            else rtrim(ltrim({{ link }}, '<([{"''“”‘’«»`'), '>)]}"''“”‘’«»`.,;:!?')
        end
    ), ' ')
{%- endmacro %}
