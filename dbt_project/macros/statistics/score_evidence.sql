{#- When scores and their points are believed. -#}

{#- With fewer acceptances nothing is said of a score: what Salesforce's Einstein asks for, too. -#}
{% macro fewest_accepted_for_scores() -%}
    120
{%- endmacro %}

{#- The standard normal's quantile at 0.98: a score that orders nobody is said to order leads, or to order them the wrong way round, in 4
    of 100 cases. -#}
{% macro z_of_score_verdict() -%}
    2.053748910631823e0
{%- endmacro %}

{#- What is thought of points before anybody was asked: they are right, worth nothing, or anything else, around nothing and by this much
    (standard deviation of log odds). -#}
{% macro point_possibilities() -%}
    {{ return({'as_given': 0.65, 'nothing': 0.15, 'otherwise': 0.2, 'otherwise_error': 0.5}) }}
{%- endmacro %}

{#- How sure it must be that points are wrong before that is said: of those that are said to be, at most one in ten is right. -#}
{% macro sure_of_points() -%}
    0.9
{%- endmacro %}

{#- Log odds that would matter: whoever can't tell them from nothing has too few requests. -#}
{% macro material_log_odds() -%}
    0.5
{%- endmacro %}

{#- With a larger standard error next to nothing is known of a component: leads hardly differ in it. -#}
{% macro largest_error_of_points() -%}
    1
{%- endmacro %}

{#- The density of a normal distribution, but for a factor that all have. -#}
{% macro normal_density(value, mean, variance) -%}
    (exp(-power({{ value }} - {{ mean }}, 2) / (2 * ({{ variance }}))) / sqrt({{ variance }}))
{%- endmacro %}

{#- What a pattern of fnd_score_patterns is fitted at: log odds by a row `fitted` of fnd_score_fits. -#}
{% macro fitted_logit() -%}
    fitted.level + {{ inner_product('fitted.log_odds', 'patterns.shares') }}
{%- endmacro %}

{#- What leads are compared within to see what a point is worth: the list of a sender, and there those of whom little was known apart.
    What isn't known gives no points; beside leads who are known not to have something, whoever may well have it would count against
    all that only known leads can have. -#}
{% macro stratum_of_points(requests) -%}
    ({{ requests }}.stratum || case when {{ requests }}.is_provisional then ' provisional' else '' end)
{%- endmacro %}

{#- A weak ridge, which keeps what nobody could estimate near nothing. -#}
{% macro ridge_of_points() -%}
    0.1
{%- endmacro %}

{#- What the points of a row are worth together, log odds; `worths` has what a point of each component is worth. -#}
{% macro worth_of_points(points, worths) -%}
    round(
        {%- for component in score_components() %}
        {{ worths }}.{{ component.name }} * {{ points }}.{{ component.name }}{{ ' +' if not loop.last }}
        {%- endfor %}, 6
    )
{%- endmacro %}
