{#- rounded_coarsely('0.2861', 'true') -> 0.29, rounded_coarsely('123.4', 'false') -> 120.0: shares to whole per cent, anything else to
    two significant figures, half upwards. By division and floor, because engines round halves of binary fractions differently. -#}
{% macro rounded_coarsely(number, is_share) -%}
    {%- set place = 'floor(log10(' ~ number ~ '))' -%}
    case
        when {{ is_share }} then floor({{ number }} * 100e0 + 0.5e0) / 100e0
        when {{ number }} <= 0e0 then 0e0
        when {{ number }} >= 100e0
            then floor({{ number }} / power(10e0, {{ place }} - 1e0) + 0.5e0) * power(10e0, {{ place }} - 1e0)
        else floor({{ number }} * power(10e0, 1e0 - {{ place }}) + 0.5e0) / power(10e0, 1e0 - {{ place }})
    end
{%- endmacro %}
