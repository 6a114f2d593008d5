{#- A segment against what its strata do without it: leads sender by sender, senders list by list. What a stratum does elsewhere
    is known by chance only, and strata differ anyway; so it is believed as far as it tells more than that (`level_known`), and
    each stratum counts by what it then tells of the segment (`level_weight`). Where strata hardly differ that is the plain
    comparison with all others, where they differ much it is the one within strata; best linear prediction, as Henderson (1975)
    has it, with the variances taken as given. Variances are on the logit scale, `chance` is p (1 - p) of all. -#}

{#- 0 to 1: how much of what a stratum does elsewhere is its own level. `others_variance` is that of its rate there, by p (1 - p). -#}
{% macro level_known(scatter_variance, chance, others_variance) -%}
    coalesce({{ scatter_variance }} * {{ chance }} / ({{ scatter_variance }} * {{ chance }} + {{ others_variance }}), 0)
{%- endmacro %}

{% macro level_weight(scatter_variance, chance, known, sent) -%}
    1 / (1 / cast({{ sent }} as double) + {{ scatter_variance }} * {{ chance }} * (1 - {{ known }}))
{%- endmacro %}

{#- What a stratum's rate in the segment is above what is expected of it. -#}
{% macro beyond_level(accepted, sent, others_accepted, others_sent, known, rest_rate) -%}
    {{ rate(accepted, sent) }} - {{ rest_rate }}
    - {{ known }} * coalesce({{ rate(others_accepted, others_sent) }} - {{ rest_rate }}, 0)
{%- endmacro %}

{#- z of a difference of rates. Chance is that of the test, on the scale of rates; scatter counts on the logit scale, because
    there senders and lists scatter: on the other one a low rate has less room. z0 is the difference by chance alone and l the
    same difference in log odds, whose standard error by chance is l / z0 (test-based, Miettinen 1976). At least half a request
    is accepted, and half a one isn't. -#}
{% macro z_allowing_for_scatter(difference, chance_variance, scatter_variance, rest_rate, sent) -%}
    {%- set at_least = '0.5 / ' ~ sent -%}
    {%- set reached = 'least(greatest(' ~ rest_rate ~ ' + ' ~ difference ~ ', ' ~ at_least ~ '), 1 - ' ~ at_least ~ ')' -%}
    {%- set distance = '(' ~ difference ~ ' / nullif(sqrt(' ~ chance_variance ~ '), 0))' -%}
    {%- set log_odds_ratio = '(ln(' ~ reached ~ ' / (1 - ' ~ reached ~ ')) - ln(' ~ rest_rate ~ ' / (1 - ' ~ rest_rate ~ ')))' -%}
    case
        when {{ rest_rate }} > 0 and {{ rest_rate }} < 1
            then {{ distance }} / sqrt(1 + coalesce(
                {{ scatter_variance }} * power({{ distance }} / nullif({{ log_odds_ratio }}, 0), 2), 0
            ))
    end
{%- endmacro %}
