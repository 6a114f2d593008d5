{#- What may be seen of a lead or a company that says something about the moment. Those that score_components() names give points; the
    others are kept and give none.

    name            what signal_events calls it, and lines of signal files
    tier            1 high intent, 2 fit, 3 engagement
    is_interaction  the person did something with us: it counts as a previous interaction -#}
{% macro signal_types() -%}
    {{ return([
        {'name': 'recent_funding', 'tier': 1},
        {'name': 'actively_hiring', 'tier': 1},
        {'name': 'tech_stack_change', 'tier': 1},
        {'name': 'leadership_change', 'tier': 1},
        {'name': 'contract_renewal', 'tier': 1},
        {'name': 'industry_growth', 'tier': 2},
        {'name': 'competitor_product', 'tier': 2},
        {'name': 'news', 'tier': 2},
        {'name': 'page_visit', 'tier': 3},
        {'name': 'download', 'tier': 3},
        {'name': 'replied', 'tier': 3, 'is_interaction': true},
        {'name': 'connected', 'tier': 3, 'is_interaction': true},
        {'name': 'meeting_booked', 'tier': 3, 'is_interaction': true},
        {'name': 'email_answered', 'tier': 3, 'is_interaction': true},
    ]) }}
{%- endmacro %}

{#- Their names. -#}
{% macro interaction_types() -%}
    {{ return(signal_types() | selectattr('is_interaction', 'defined') | map(attribute='name') | list) }}
{%- endmacro %}

{#- By how much a headcount must have grown between two answers of a source to be a signal, per cent; a range by any amount, as the next
    one is larger by far. -#}
{% macro growth_percent() -%}
    10
{%- endmacro %}
