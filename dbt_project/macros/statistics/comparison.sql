{#- Comparing a segment with the rest of its table, and judging many segments at once.

    Sources: z test with a pooled rate; Newcombe (1998), method 10, for the interval of a difference; Benjamini and
    Hochberg (1995); beta-binomial shrinkage by moments. All checked in tests against statsmodels and scipy. -#}

{#- z of two proportions with the pooled rate; NULL where either is empty or nothing varies. -#}
{% macro two_proportion_z(accepted, sent, rest_accepted, rest_sent) -%}
    (
        {{ rate(accepted, sent) }} - {{ rate(rest_accepted, rest_sent) }}
    ) / nullif(sqrt(
        ({{ accepted }} + {{ rest_accepted }}) / cast(nullif({{ sent }} + {{ rest_sent }}, 0) as double)
        * (1 - ({{ accepted }} + {{ rest_accepted }}) / cast(nullif({{ sent }} + {{ rest_sent }}, 0) as double))
        * (1 / cast(nullif({{ sent }}, 0) as double) + 1 / cast(nullif({{ rest_sent }}, 0) as double))
    ), 0)
{%- endmacro %}

{#- Two-sided p-value of a standard normal z: erfc(|z| / sqrt(2)) by a Chebyshev fit (Numerical Recipes, erfcc), off by
    at most 1.2e-7 of itself. DuckDB has no error function. -#}
{% macro normal_p_value(z) -%}
    {%- set t = '(1 / (1 + 0.5 * abs(' ~ z ~ ') / sqrt(2)))' -%}
    {%- set terms = namespace(sum='0.17087277') -%}
    {%- for coefficient in (
        '-0.82215223', '1.48851587', '-1.13520398', '0.27886807', '-0.18628806', '0.09678418', '0.37409196', '1.00002368',
    ) -%}
    {%- set terms.sum = '(' ~ coefficient ~ ' + ' ~ t ~ ' * ' ~ terms.sum ~ ')' -%}
    {%- endfor -%}
    least(1, {{ t }} * exp(-({{ z }}) * ({{ z }}) / 2 - 1.26551223 + {{ t }} * {{ terms.sum }}))
{%- endmacro %}

{#- Newcombe's 95 % interval of the difference segment less rest, from the two Wilson intervals. -#}
{% macro newcombe_low(accepted, sent, rest_accepted, rest_sent) -%}
    {{ rate(accepted, sent) }} - {{ rate(rest_accepted, rest_sent) }} - sqrt(
        power({{ rate(accepted, sent) }} - {{ wilson_low(accepted, sent) }}, 2)
        + power({{ wilson_high(rest_accepted, rest_sent) }} - {{ rate(rest_accepted, rest_sent) }}, 2)
    )
{%- endmacro %}

{% macro newcombe_high(accepted, sent, rest_accepted, rest_sent) -%}
    {{ rate(accepted, sent) }} - {{ rate(rest_accepted, rest_sent) }} + sqrt(
        power({{ wilson_high(accepted, sent) }} - {{ rate(accepted, sent) }}, 2)
        + power({{ rate(rest_accepted, rest_sent) }} - {{ wilson_low(rest_accepted, rest_sent) }}, 2)
    )
{%- endmacro %}

{#- Benjamini-Hochberg q of a p-value among those of its family; a NULL p has no q and doesn't count. -#}
{% macro benjamini_hochberg(p_value, family) -%}
    case
        when {{ p_value }} is not null
            then least(1, min({{ p_value }} * q_family_size / q_rank) over (
                partition by {{ family }} order by q_rank desc rows between unbounded preceding and current row
            ))
    end
{%- endmacro %}

{#- The smallest difference from the rest that would be found four times in five at 5 %:
    (z_of_significance + z_of_power) * sqrt(p (1 - p) (1/n + 1/rest)), p the pooled rate. -#}
{% macro detectable_difference(accepted, sent, rest_accepted, rest_sent) -%}
    ({{ z_of_significance() }} + {{ z_of_power() }}) * sqrt(
        ({{ accepted }} + {{ rest_accepted }}) / cast(nullif({{ sent }} + {{ rest_sent }}, 0) as double)
        * (1 - ({{ accepted }} + {{ rest_accepted }}) / cast(nullif({{ sent }} + {{ rest_sent }}, 0) as double))
        * (1 / cast(nullif({{ sent }}, 0) as double) + 1 / cast(nullif({{ rest_sent }}, 0) as double))
    )
{%- endmacro %}

{#- Strength of the prior (in requests) for empirical-Bayes shrinkage within a family, by moments:
    rho = max(0, (Q - m(1-m)(S-1)) / (m(1-m)(N - sum(n^2)/N - (S-1)))), K = 1/rho - 1, at most a million. The shrunken
    rate is then (x + m K) / (n + K). Columns `family_...` are sums over the segments of the family. -#}
{% macro prior_strength() -%}
    least(
        1e6,
        1 / nullif(greatest(
            0,
            (family_spread - family_rate * (1 - family_rate) * (family_segments - 1))
            / nullif(
                family_rate * (1 - family_rate)
                * (family_sent - family_squares / cast(family_sent as double) - (family_segments - 1)),
                0
            )
        ), 0) - 1
    )
{%- endmacro %}
