{#- Where a change of A = N * sum(w_s * r_s) comes from: number N of requests, share w_s of each segment, rate r_s of each.
    Three-factor Shapley value, exact whatever the order: with `a_was_was` = sum(w0 r0), `a_now_was` = sum(w1 r0), `a_was_now` =
    sum(w0 r1) and `a_now_now` = sum(w1 r1), volume + mix + rate = A1 - A0. Source: Shapley (1953), as in Sun (1998). -#}
{% macro shapley_volume(before, now) -%}
    ({{ now }} - {{ before }}) * (2 * a_was_was + a_now_was + a_was_now + 2 * a_now_now) / 6.0
{%- endmacro %}

{% macro shapley_mix(before, now) -%}
    ((2 * {{ before }} + {{ now }}) * (a_now_was - a_was_was) + ({{ before }} + 2 * {{ now }}) * (a_now_now - a_was_now)) / 6.0
{%- endmacro %}

{% macro shapley_rate(before, now) -%}
    ((2 * {{ before }} + {{ now }}) * (a_was_now - a_was_was) + ({{ before }} + 2 * {{ now }}) * (a_now_now - a_now_was)) / 6.0
{%- endmacro %}

{#- What one factor of a product adds to its change, A1 - A0: L(A1, A0) ln(q1 / q0), with the logarithmic mean
    L = (A1 - A0) / ln(A1 / A0). Source: Ang (2005), LMDI-I. Only where everything is above zero. -#}
{% macro lmdi(total_before, total_now, factor_before, factor_now) -%}
    case when {{ total_before }} = {{ total_now }} then {{ total_now }}
        else ({{ total_now }} - {{ total_before }}) / ln({{ total_now }} / cast({{ total_before }} as double))
    end * ln({{ factor_now }} / cast({{ factor_before }} as double))
{%- endmacro %}

{#- The same by Shapley for one of four factors, where something is zero; `others` are the prefixes of the other three, each
    with columns `..._before` and `..._now`. Weights of 0, 1, 2, 3 others moved first: 1/4, 1/12, 1/12, 1/4. -#}
{% macro shapley_of_four(factor, others) -%}
    {%- set terms = [] -%}
    {%- for first in ('before', 'now') -%}{%- for second in ('before', 'now') -%}{%- for third in ('before', 'now') -%}
    {%- set weight = '4.0' if first == second == third else '12.0' -%}
    {%- set product = [others[0] ~ '_' ~ first, others[1] ~ '_' ~ second, others[2] ~ '_' ~ third] | join(' * ') -%}
    {%- set _ = terms.append(product ~ ' / ' ~ weight) -%}
    {%- endfor -%}{%- endfor -%}{%- endfor -%}
    ({{ factor }}_now - {{ factor }}_before) * ({{ terms | join(' + ') }})
{%- endmacro %}

{#- Variance of a rate for an interval by the delta method, with one more accepted and one more not (Agresti and Caffo, 2000),
    so that 0 of 3 is not certain. -#}
{% macro variance_of_rate(accepted, sent) -%}
    (({{ accepted }}) + 1) * (({{ sent }}) - ({{ accepted }}) + 1) / power(({{ sent }}) + 2.0, 3)
{%- endmacro %}
