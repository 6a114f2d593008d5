{#- The steps that a sequence may have, in their order: the name is that of the custom field that carries a step's text to HeyReach, where
    the step then holds only that name in single braces.

    kind        what HeyReach does; of a step that may be several things (warm_up_kinds), what it is where nothing else is said
    delay_days  how long after the step before it; of first_message, after the acceptance
    lengths     the sequences that have it. The first message follows up the request, so that the shortest has two follow-ups, too -#}
{% macro sequence_steps() -%}
    {{ return([
        {'name': 'warm_up_1', 'kind': 'view_profile', 'delay_days': 0, 'lengths': [7]},
        {'name': 'warm_up_2', 'kind': 'follow', 'delay_days': 1, 'lengths': [7]},
        {'name': 'connection_note', 'kind': 'connection_request', 'delay_days': 1, 'lengths': [3, 5, 7]},
        {'name': 'first_message', 'kind': 'message', 'delay_days': 1, 'lengths': [3, 5, 7]},
        {'name': 'follow_up_1', 'kind': 'message', 'delay_days': 4, 'lengths': [3, 5, 7]},
        {'name': 'follow_up_2', 'kind': 'message', 'delay_days': 5, 'lengths': [5, 7]},
        {'name': 'follow_up_3', 'kind': 'message', 'delay_days': 5, 'lengths': [5, 7]},
    ]) }}
{%- endmacro %}

{#- Kind of a step with a text -> the most characters that HeyReach takes for it. -#}
{% macro text_limits() -%}
    {{ return({'connection_request': 300, 'message': 8000}) }}
{%- endmacro %}

{#- What a step without a text can be. -#}
{% macro warm_up_kinds() -%}
    {{ return(['view_profile', 'follow', 'like_post']) }}
{%- endmacro %}

{#- How a sequence may ask. -#}
{% macro sequence_styles() -%}
    {{ return(['soft_nudge', 'direct_cta']) }}
{%- endmacro %}

{#- What may be known of a lead that a text can speak of: an entry is a `fact` of message_facts and of config/sequences.yaml.

    longest     the most characters that are taken over into a text
    is_name     it names a person, so there is nothing to say instead
    is_event    it happened, so that it has an age
    is_told     others wrote it: a post, a headline, an answer; what speaks to a reader in it is taken out -#}
{% macro message_facts() -%}
    {{ return([
        {'name': 'first_name', 'longest': 40, 'is_name': true},
        {'name': 'last_name', 'longest': 60, 'is_name': true},
        {'name': 'company_name', 'longest': 80},
        {'name': 'title', 'longest': 100},
        {'name': 'headline', 'longest': 160, 'is_told': true},
        {'name': 'company_industry', 'longest': 60},
        {'name': 'technology', 'longest': 40},
        {'name': 'recent_post', 'longest': 160, 'is_event': true, 'is_told': true},
        {'name': 'company_news', 'longest': 160, 'is_event': true, 'is_told': true},
        {'name': 'recent_funding', 'longest': 80, 'is_event': true},
        {'name': 'hiring', 'longest': 120, 'is_event': true, 'is_told': true},
        {'name': 'research_answer', 'longest': 300, 'is_told': true},
        {'name': 'model_answer', 'longest': 200, 'is_told': true},
    ]) }}
{%- endmacro %}

{#- The step whose text goes with the request. -#}
{% macro note_step() -%}
    {{ return((sequence_steps() | selectattr('kind', 'equalto', 'connection_request') | first).name) }}
{%- endmacro %}

{#- The steps that write to a connection, in their order. -#}
{% macro message_steps() -%}
    {{ return(sequence_steps() | selectattr('kind', 'equalto', 'message') | map(attribute='name') | list) }}
{%- endmacro %}
