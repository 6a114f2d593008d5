{#- Tests that are looked at several times before their end. The seed message_test_bounds has the bound of |z| of each look, of
    O'Brien and Fleming (1979) at 4.5 % over all looks: whoever looks more often is not wrong more often. -#}

{#- Where z must end on average, at the last look, for a difference to be found at one of them in 96 of 100 tests; senders and segments
    that differ take one of these. Computed from the bounds by tests/endurance/looks/bounds.py. -#}
{% macro message_test_drift() -%}
    3.84e0
{%- endmacro %}

{#- Requests that each arm of a test needs, to find a difference from this rate, up or down, in 95 of 100 tests:
    drift^2 2 p (1 - p) / difference^2, p the mean of both rates, on the side where that is more. -#}
{% macro message_test_size(rate, difference) -%}
    cast(ceil(
        power({{ message_test_drift() }} / {{ difference }}, 2)
        * 2 * {{ _variance_beside(rate, difference) }}
    ) as bigint)
{%- endmacro %}

{#- The difference from this rate that so many requests of each arm find in 95 of 100 tests; p is taken to be the rate. -#}
{% macro message_test_sees(rate, requests) -%}
    {{ message_test_drift() }} * sqrt(2 * {{ rate }} * (1 - {{ rate }}) / cast(nullif({{ requests }}, 0) as double))
{%- endmacro %}

{% macro _variance_beside(rate, difference) -%}
    greatest(
        ({{ rate }} + {{ difference }} / 2) * (1 - {{ rate }} - {{ difference }} / 2),
        ({{ rate }} - {{ difference }} / 2) * (1 - {{ rate }} + {{ difference }} / 2)
    )
{%- endmacro %}

{#- Since when each test has both arms, by a time of `relation`: no row for one that hasn't. -#}
{% macro both_since(relation, moment) -%}
    select test_id, max(first_at) as since
    from (
        select test_id, is_other_arm, min({{ moment }}) as first_at
        from {{ relation }}
        group by test_id, is_other_arm
    ) as arms
    group by test_id
    having count(*) = 2
{%- endmacro %}

{#- Two arms are worth as much as their harmonic mean of each; NULL without any. -#}
{% macro requests_of_each(requests, other_requests) -%}
    (2.0 * {{ requests }} * {{ other_requests }} / cast(nullif({{ requests }} + {{ other_requests }}, 0) as double))
{%- endmacro %}

{#- How many looks are full with so many requests of each arm, of `plans` and `all_looks`. -#}
{% macro looks_full(requests, other_requests) -%}
    cast(floor(coalesce(
        all_looks.looks * {{ requests_of_each(requests, other_requests) }} / plans.planned_requests, 0
    )) as bigint)
{%- endmacro %}

{#- How far the first arm's requests are from the share that lots were drawn with, in standard errors (the root of chi-square with one
    degree of freedom): of `counted` and `plans`. -#}
{% macro ratio_z() -%}
    (
        (counted.requests - plans.arm_share * (counted.requests + counted.other_requests))
        / sqrt(plans.arm_share * (1 - plans.arm_share) * (counted.requests + counted.other_requests))
    )
{%- endmacro %}

{#- Below this p-value lots did not do what they should, and nothing is compared. -#}
{% macro unequal_below() -%}
    0.001
{%- endmacro %}
