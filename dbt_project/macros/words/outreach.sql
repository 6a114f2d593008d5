{#- What is said of the texts of a step, as `sentence` reads it: which one the next week should favour, or what is missing for that. -#}
{% macro learning_texts() -%}
    {{ return({
        'winner': '{favored}, by the registered test {test}: {test_words}',
        'no_difference': 'either: tested since {tested} as {test}, with {test_words}, so there is nothing to repeat',
        'testing': 'none yet: {test} is under way, {test_words}',
        'alone': 'none yet: {leader} is the only one, and a second one, in a registered test, would show more',
        'collecting': 'none yet: {missing:count} more {units} of {least} have to become old enough',
        'described': '{leader}, best with a chance of {chance} %, and ahead of {next} by {low} to {high} points. Lots were not drawn, so '
            ~ 'it may be who got which: a registered test would show',
        'open': 'none yet: {leader} leads {next} by {low} to {high} points, and is the best with a chance of {chance} %. A registered test '
            ~ 'would settle it',
    }) }}
{%- endmacro %}

{#- What values are called that are none of the operator's own names. -#}
{% macro outreach_values() -%}
    {{ return({
        'all': 'All by segment', 'not_by_segment': 'Other requests', 'no_reply': 'No reply', 'unknown': 'Unknown',
        'unassigned': 'No sender', 'undated': 'Not dated',
    }) }}
{%- endmacro %}
