{#- What a lead is scored by: an entry is a component, and declared here and nowhere else. config/scoring.yaml may say other numbers;
    those here count where it leaves a line out.

    name           what the score's breakdown, the columns and config/scoring.yaml call it
    group          the part of the score that it counts in: intent, fit or accessibility
    points         of the 100 of its group
    valid_days     of signals: for so many days after it happened does it count -#}
{% macro score_components() -%}
    {{ return([
        {'name': 'recent_funding', 'group': 'intent', 'points': 30, 'valid_days': 180},
        {'name': 'actively_hiring', 'group': 'intent', 'points': 25, 'valid_days': 60},
        {'name': 'tech_stack_change', 'group': 'intent', 'points': 20, 'valid_days': 90},
        {'name': 'leadership_change', 'group': 'intent', 'points': 15, 'valid_days': 90},
        {'name': 'industry_growth', 'group': 'intent', 'points': 10, 'valid_days': 180},
        {'name': 'industry', 'group': 'fit', 'points': 25},
        {'name': 'company_size', 'group': 'fit', 'points': 25},
        {'name': 'tech_stack', 'group': 'fit', 'points': 20},
        {'name': 'geography', 'group': 'fit', 'points': 15},
        {'name': 'complementary_tools', 'group': 'fit', 'points': 15},
        {'name': 'direct_email', 'group': 'accessibility', 'points': 30},
        {'name': 'linkedin_profile', 'group': 'accessibility', 'points': 25},
        {'name': 'phone', 'group': 'accessibility', 'points': 20},
        {'name': 'multiple_contacts', 'group': 'accessibility', 'points': 15},
        {'name': 'previous_interaction', 'group': 'accessibility', 'points': 10},
    ]) }}
{%- endmacro %}

{#- The signals among them, by name. -#}
{% macro scored_signals() -%}
    {{ return(score_components() | selectattr('valid_days', 'defined') | map(attribute='name') | list) }}
{%- endmacro %}

{#- Group -> its weight in the total, per cent of 100. -#}
{% macro score_weights() -%}
    {{ return({'intent': 40, 'fit': 35, 'accessibility': 25}) }}
{%- endmacro %}

{#- Tier -> the total from which on a lead is in it, the highest first; below all of them it is cold. -#}
{% macro score_tiers() -%}
    {{ return({'hot': 80, 'warm': 60, 'nurture': 40}) }}
{%- endmacro %}

{#- Per cent of the leads of each tier that are drawn to be asked whatever their points: what it is where nobody ever said, and between
    what it may lie. More would be a list by lot. -#}
{% macro exploration_share() -%}
    {{ return({'default': 0, 'from': 0, 'to': 20}) }}
{%- endmacro %}

{#- Why a profile may not ask for a lead, whatever its points. -#}
{% macro not_eligible_reasons() -%}
    {{ return(['avoided_technology', 'other_funding_stage', 'no_decision_maker']) }}
{%- endmacro %}
