{#- drawn_at_percent('exploration', 'linkedin.com/in/ada') -> 42.7: the share of everybody, per cent, from which on somebody is drawn;
    whoever is drawn for a share is so for each larger one, and each name draws others. The first 32 bits of the hash by which imports give
    people to senders (extract/importer/senders.py). -#}
{% macro drawn_at_percent(name, key) -%}
    cast('0x' || left({{ text_hash("'" ~ name ~ "|' || " ~ key) }}, 8) as bigint) * 100 / 4294967296
{%- endmacro %}

{#- text_hash('a') -> SHA-256 of its UTF-8, in small hexadecimal letters. -#}
{% macro text_hash(text) -%}
    sha256({{ text }})
{%- endmacro %}
