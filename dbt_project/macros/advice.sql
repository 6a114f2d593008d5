{#- advice_id('cause', 'tier', 'dimension', 'segment') -> '0294b2aa': the same for the same stall in every report. -#}
{% macro advice_id(cause, tier, dimension, segment) -%}
    left(md5(concat_ws('|', {{ cause }}, {{ tier }}, {{ dimension }}, {{ segment }})), 8)
{%- endmacro %}

{#- Days after which a stall that no report showed in between is another one. -#}
{% macro days_until_another() -%}
    7
{%- endmacro %}

{#- Days for which what was declined stays declined. -#}
{% macro days_declined() -%}
    60
{%- endmacro %}

{#- Whether what comes of it is a count of requests; what rows of files and lost fields cost is none. -#}
{% macro is_seen_in_requests(advice) -%}
    ({{ advice }}.cause in ('low_acceptance', 'too_few_leads') or {{ advice }}.dimension in ('account', 'campaign'))
{%- endmacro %}

{#- Days after something was done in which what came of it is looked at: worth is said of a week. -#}
{% macro days_of_outcome() -%}
    7
{%- endmacro %}
