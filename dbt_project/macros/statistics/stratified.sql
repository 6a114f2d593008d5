{#- Comparing two groups within strata, as aggregates over one row per stratum with a and b of the first group accepted and
    not, c and d of the second; a stratum must have both groups. All results are rounded to 12 digits, because a sum of
    fractions depends on its order in the last ones. Checked against statsmodels' StratifiedTable.

    Sources: Mantel and Haenszel (1959) for the odds ratio and the test; Cochran (1954); Robins, Breslow and Greenland (1986)
    for the interval; Breslow and Day (1980) for homogeneity, without Tarone's correction. -#}

{#- sum(ad/n) / sum(bc/n); NULL where nothing of it varies. -#}
{% macro mantel_haenszel_odds_ratio() -%}
    round(sum(a * d / {{ _n() }}) / nullif(sum(b * c / {{ _n() }}), 0), 12)
{%- endmacro %}

{#- sum((a(c+d) - c(a+b)) / n) / sum((a+b)(c+d) / n): the first group's rate less the second's. -#}
{% macro mantel_haenszel_risk_difference() -%}
    round(
        sum((a * (c + d) - c * (a + b)) / {{ _n() }}) / nullif(sum((a + b) * (c + d) / {{ _n() }}), 0), 12
    )
{%- endmacro %}

{#- Its standard error, each stratum weighted as in it: sqrt(sum(w^2 (var of a/(a+b) + var of c/(c+d)))) / sum(w), w = (a+b)(c+d)/n,
    with the variances of variance_of_rate. -#}
{% macro mantel_haenszel_risk_difference_error() -%}
    round(
        sqrt(sum(power((a + b) * (c + d) / {{ _n() }}, 2) * ({{ variance_of_rate('a', 'a + b') }} + {{ variance_of_rate('c', 'c + d') }})))
        / nullif(sum((a + b) * (c + d) / {{ _n() }}), 0), 12
    )
{%- endmacro %}

{#- Cochran-Mantel-Haenszel chi-square with one degree of freedom, without continuity correction:
    (sum(a - (a+b)(a+c)/n))^2 / sum((a+b)(c+d)(a+c)(b+d) / (n^2 (n-1))). -#}
{% macro mantel_haenszel_chi_square() -%}
    round(
        power(sum(a - (a + b) * (a + c) / {{ _n() }}), 2)
        / nullif(sum((a + b) * (c + d) * (a + c) * (b + d) / ({{ _n() }} * {{ _n() }} * ({{ _n() }} - 1))), 0),
        12
    )
{%- endmacro %}

{#- Standard error of the logarithm of the odds ratio, with R = ad/n, S = bc/n, P = (a+d)/n, Q = (b+c)/n:
    sqrt(sum(PR) / (2 sum(R)^2) + sum(PS + QR) / (2 sum(R) sum(S)) + sum(QS) / (2 sum(S)^2)). -#}
{% macro log_odds_ratio_error() -%}
    {%- set n2 = '(' ~ _n() ~ ' * ' ~ _n() ~ ')' -%}
    round(sqrt(
        sum((a + d) * a * d / {{ n2 }}) / nullif(2 * power(sum(a * d / {{ _n() }}), 2), 0)
        + sum(((a + d) * b * c + (b + c) * a * d) / {{ n2 }})
        / nullif(2 * sum(a * d / {{ _n() }}) * sum(b * c / {{ _n() }}), 0)
        + sum((b + c) * b * c / {{ n2 }}) / nullif(2 * power(sum(b * c / {{ _n() }}), 2), 0)
    ), 12)
{%- endmacro %}

{#- What one stratum adds to the chi-square of homogeneity: (a - e)^2 / v, where e is the count that the common odds ratio
    would give with the stratum's margins, the root of (1-r) e^2 + (r(2a+b+c) + d-a) e - r(a+b)(a+c) = 0, and
    1/v = 1/e + 1/(a+b-e) + 1/(a+c-e) + 1/(d-a+e). NULL in a stratum where all or none accepted. -#}
{% macro breslow_day_expected(odds_ratio) -%}
    {%- set b = '(' ~ odds_ratio ~ ' * (2 * a + b + c) + d - a)' -%}
    case
        when a + c > 0 and b + d > 0
            then 2 * {{ odds_ratio }} * (a + b) * (a + c)
            / ({{ b }} + sqrt({{ b }} * {{ b }} + 4 * (1 - {{ odds_ratio }}) * {{ odds_ratio }} * (a + b) * (a + c)))
    end
{%- endmacro %}

{% macro breslow_day_term(expected) -%}
    power(a - {{ expected }}, 2)
    * (1 / {{ expected }} + 1 / (a + b - {{ expected }}) + 1 / (a + c - {{ expected }}) + 1 / (d - a + {{ expected }}))
{%- endmacro %}

{#- Upper tail of a chi-square distribution with whole degrees of freedom, by its finite sum, y = x/2:
    even: exp(-y) (1 + y/1 (1 + y/2 (1 + ...))), odd: erfc(sqrt(y)) + exp(-y) 2 sqrt(y/pi) (1 + y/1.5 (1 + y/2.5 (...))).
    Above 60 degrees Wilson and Hilferty's cube root (1931), off by less than 0.001. NULL below one degree. -#}
{% macro chi_square_p_value(chi_square, degrees) -%}
    {%- set y = '(' ~ chi_square ~ ' / 2.0)' -%}
    {%- set series = namespace(even='1.0', odd='1.0') -%}
    {%- for step in range(29, 0, -1) -%}
    {%- set even = 'case when ' ~ degrees ~ ' > ' ~ (2 * step) ~ ' then ' ~ y ~ ' / ' ~ step ~ '.0 * ' ~ series.even -%}
    {%- set odd = 'case when ' ~ degrees ~ ' > ' ~ (2 * step + 1) ~ ' then ' ~ y ~ ' / ' ~ step ~ '.5 * ' ~ series.odd -%}
    {%- set series.even = '(1.0 + ' ~ even ~ ' else 0 end)' -%}
    {%- set series.odd = '(1.0 + ' ~ odd ~ ' else 0 end)' -%}
    {%- endfor -%}
    {%- set spread = '2 / (9.0 * ' ~ degrees ~ ')' -%}
    {%- set root = 'power(' ~ chi_square ~ ' / cast(' ~ degrees ~ ' as double), 1.0 / 3)' -%}
    {%- set cube = '((' ~ root ~ ' - 1 + ' ~ spread ~ ') / sqrt(' ~ spread ~ '))' -%}
    case
        when {{ degrees }} < 1 then null
        when {{ degrees }} > 60 and {{ cube }} > 0 then {{ normal_p_value(cube) }} / 2
        when {{ degrees }} > 60 then 1 - {{ normal_p_value(cube) }} / 2
        when {{ degrees }} % 2 = 0 then exp(-{{ y }}) * {{ series.even }}
        when {{ degrees }} = 1 then {{ normal_p_value('sqrt(' ~ chi_square ~ ')') }}
        else {{ normal_p_value('sqrt(' ~ chi_square ~ ')') }} + exp(-{{ y }}) * 2 * sqrt({{ y }} / pi()) * {{ series.odd }}
    end
{%- endmacro %}

{% macro _n() -%}
    cast(a + b + c + d as double)
{%- endmacro %}
