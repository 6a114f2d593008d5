{#- One-sided p-value of a standard normal z for "lower": Phi(z). Losses are looked for in one direction only. -#}
{% macro lower_tail_p_value(z) -%}
    case when {{ z }} < 0 then {{ normal_p_value(z) }} / 2 else 1 - {{ normal_p_value(z) }} / 2 end
{%- endmacro %}

{#- z of `found` cases among `trials` against a share that is normal, with continuity correction; negative when there
    are more than normal, so that a loss is always a negative z. The same as statsmodels' proportions_ztest with
    prop_var, but for the correction. -#}
{% macro beyond_normal_z(found, trials, normal_share) -%}
    -({{ found }} - 0.5 - {{ trials }} * {{ normal_share }})
    / nullif(sqrt({{ trials }} * {{ normal_share }} * (1 - {{ normal_share }})), 0)
{%- endmacro %}
