{#- Student's t, for what is told from few clients. Checked in tests against scipy. -#}

{#- Half the width of a 95 % interval in standard errors, of so many whole degrees of freedom: its quantiles up to 20, above these the
    expansion in 1 / degrees (Fisher and Cornish 1960), off by less than 3e-7. NULL below one degree. -#}
{% macro student_quantile(degrees) -%}
    {%- set quantiles = [
        '12.7062047362', '4.30265272975', '3.18244630528', '2.7764451052', '2.57058183564', '2.44691185114', '2.36462425159',
        '2.3060041352', '2.2621571628', '2.22813885199', '2.20098516009', '2.17881282967', '2.16036865646', '2.14478668792',
        '2.13144954556', '2.11990529922', '2.10981557783', '2.10092204024', '2.09302405441', '2.08596344727',
    ] -%}
    {%- set z = z_of_significance() | trim | float -%}
    {%- set terms = [
        z,
        (z ** 3 + z) / 4,
        (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96,
        (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384,
        (79 * z ** 9 + 776 * z ** 7 + 1482 * z ** 5 - 1920 * z ** 3 - 945 * z) / 92160,
    ] -%}
    case
        {%- for quantile in quantiles %}
        when {{ degrees }} = {{ loop.index }} then {{ quantile }}e0
        {%- endfor %}
        when {{ degrees }} > {{ quantiles | length }}
            then {% for term in terms %}{{ term }}e0{{ ' / power(' ~ degrees ~ ', ' ~ loop.index0 ~ ')' if not loop.first }}
            {{- ' + ' if not loop.last }}{% endfor %}
    end
{%- endmacro %}

{#- Two-sided p-value of t, with whole degrees of freedom. Up to 10 by the finite sum (Abramowitz and Stegun 26.7.3 and 26.7.4), with
    x = degrees / (degrees + t^2): even: sqrt(1 - x) (1 + x 1/2 (1 + x 3/4 (...))), odd: 2/pi (angle + sqrt(x (1 - x)) (1 + x 2/3 (1
    + x 4/5 (...)))). Above these as that of a normal z (Hill 1970), off by at most 3e-6 of itself. NULL below one degree. -#}
{% macro student_p_value(t, degrees) -%}
    {%- set x = '(' ~ degrees ~ ' / cast(' ~ degrees ~ ' + ' ~ t ~ ' * ' ~ t ~ ' as double))' -%}
    {%- set series = namespace(even='1e0', odd='1e0') -%}
    {%- for step in range(4, 0, -1) -%}
    {%- set even = 'case when ' ~ degrees ~ ' > ' ~ (2 * step) ~ ' then ' ~ x ~ ' * ' ~ (2 * step - 1) ~ 'e0 / ' ~ (2 * step) -%}
    {%- set odd = 'case when ' ~ degrees ~ ' > ' ~ (2 * step + 1) ~ ' then ' ~ x ~ ' * ' ~ (2 * step) ~ 'e0 / ' ~ (2 * step + 1) -%}
    {%- set series.even = '(1e0 + ' ~ even ~ ' * ' ~ series.even ~ ' else 0e0 end)' -%}
    {%- set series.odd = '(1e0 + ' ~ odd ~ ' * ' ~ series.odd ~ ' else 0e0 end)' -%}
    {%- endfor -%}
    {%- set y = '((' ~ degrees ~ ' - 0.5e0) * ln(1e0 + ' ~ t ~ ' * ' ~ t ~ ' / ' ~ degrees ~ '))' -%}
    {%- set b = '(48e0 * power(' ~ degrees ~ ' - 0.5e0, 2))' -%}
    {%- set z -%}
    (sqrt({{ y }}) * (1e0 + (
        (((-0.4e0 * {{ y }} - 3.3e0) * {{ y }} - 24e0) * {{ y }} - 85.5e0) / (0.8e0 * {{ y }} * {{ y }} + 100e0 + {{ b }})
        + {{ y }} + 3e0
    ) / {{ b }}))
    {%- endset -%}
    case
        when {{ degrees }} < 1 then null
        when {{ degrees }} > 10 then {{ normal_p_value(z) }}
        when {{ degrees }} % 2 = 0 then greatest(0e0, 1e0 - sqrt(1e0 - {{ x }}) * {{ series.even }})
        else greatest(0e0, 1e0 - 2e0 / pi() * (
            atan(abs({{ t }}) / sqrt({{ degrees }}))
            + case when {{ degrees }} > 1 then sqrt({{ x }} * (1e0 - {{ x }})) * {{ series.odd }} else 0e0 end
        ))
    end
{%- endmacro %}
