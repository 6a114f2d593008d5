{#- Wilson score interval for x successes of n at 95 % (z_of_significance), clamped to [0, 1]:
    centre = (x + z²/2) / (n + z²), half = z / (n + z²) * sqrt(x (n - x) / n + z²/4).
    wilson_low(30, 120) -> 0.1811, wilson_high(30, 120) -> 0.3344; NULL where n is 0 or NULL.
    Source: Wilson (1927); the same as statsmodels' proportion_confint(method="wilson"). -#}
{% macro wilson_low(successes, trials) -%}
    case when {{ trials }} > 0 then greatest(0, {{ _wilson_bound(successes, trials, '-') }}) end
{%- endmacro %}

{% macro wilson_high(successes, trials) -%}
    case when {{ trials }} > 0 then least(1, {{ _wilson_bound(successes, trials, '+') }}) end
{%- endmacro %}

{% macro _wilson_bound(successes, trials, side) -%}
    {%- set z = z_of_significance() -%}
    (
        ({{ successes }} + {{ z }} * {{ z }} / 2)
        {{ side }} {{ z }} * sqrt(
            {{ successes }} * ({{ trials }} - {{ successes }}) / cast({{ trials }} as double) + {{ z }} * {{ z }} / 4
        )
    ) / ({{ trials }} + {{ z }} * {{ z }})
{%- endmacro %}

{#- rate(30, 120) -> 0.25; NULL where the denominator is 0: DuckDB would give inf or nan. -#}
{% macro rate(numerator, denominator) -%}
    ({{ numerator }}) / cast(nullif({{ denominator }}, 0) as double)
{%- endmacro %}
