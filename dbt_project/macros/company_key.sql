{#- company_key('Müller Freight GmbH & Co. KG') -> 'muller freight': a company's name as it is compared, in plain letters and
    digits, without the legal forms at its end. NULL for what has none of either. -#}
{% macro company_key(name) -%}
    {%- set forms = [
        'inc', 'incorporated', 'corp', 'corporation', 'co', 'company', 'llc', 'llp', 'lp', 'ltd', 'limited', 'plc', 'pty', 'pte',
        'gmbh', 'mbh', 'ag', 'kg', 'ug', 'ohg', 'kgaa', 'se', 'sa', 'sas', 'sarl', 'srl', 'spa', 'sl', 'bv', 'nv', 'ab', 'as',
        'aps', 'oy', 'oyj', 'ltda',
    ] -%}
    nullif(trim(regexp_replace(
        trim(regexp_replace(replace(lower(strip_accents({{ name }})), '.', ''), '[^\pL\pN]+', ' ', 'g')),
        '( ({{ forms | join("|") }}))+$', ''
    )), '')
{%- endmacro %}
