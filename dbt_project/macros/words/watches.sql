{#- What changed about a watched lead, as `sentence` reads it: `tier` where that is another, else `points`. -#}
{% macro watch_texts() -%}
    {{ return({
        'tier': 'was {tier_before} ({before} points), is {tier} ({now})[: {because}]',
        'points': 'went from {before} to {now} points and is {tier}[: {because}]',
        'gained': '{what} counts now',
        'lost': '{what} counts no more',
    }) }}
{%- endmacro %}
