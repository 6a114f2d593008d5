{#- Sequential detection of a drop (Page's CUSUM of the binomial log-likelihood ratio, risk-adjusted as by Steiner et al.
    2000: each request against its own expected rate). Checked in tests against the recursion. -#}

{#- How much better a drop to `ratio` times the expected rate explains what was accepted than no drop does. -#}
{% macro drop_log_likelihood_ratio(accepted, sent, expected_rate, ratio) -%}
    (
        {{ accepted }} * ln({{ ratio }})
        + ({{ sent }} - {{ accepted }}) * ln((1 - {{ ratio }} * {{ expected_rate }}) / (1 - {{ expected_rate }}))
    )
{%- endmacro %}

{#- max(0, C before + evidence), day by day, without recursion: the running sum above its lowest point so far, which
    is 0 before the first day. -#}
{% macro cusum_of(running_sum, partition, moment) -%}
    {{ running_sum }} - least(0, min({{ running_sum }}) over (
        partition by {{ partition }} order by {{ moment }} rows between unbounded preceding and current row
    ))
{%- endmacro %}

{#- How many days before a day say what is to be expected of it. -#}
{% macro history_days() -%}
    180
{%- endmacro %}
