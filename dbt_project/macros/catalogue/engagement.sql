{#- Webhook types that tell of a reply, the best first. Only `tells_all` ones fire for each reply, the others for somebody's first. -#}
{% macro reply_event_types() -%}
    {{ return([
        {'name': 'EVERY_MESSAGE_REPLY_RECEIVED', 'tells_all': true},
        {'name': 'MESSAGE_REPLY_RECEIVED', 'tells_all': false},
        {'name': 'INMAIL_REPLY_RECEIVED', 'tells_all': false},
    ]) }}
{%- endmacro %}

{#- Webhook types that tell of tags, and the tag that a type stands for by itself. -#}
{% macro tag_event_types() -%}
    {{ return({
        'LEAD_TAG_UPDATED': none,
        'LEAD_AUTO_TAGGED_INTERESTED': 'interested',
        'LEAD_AUTO_TAGGED_NOT_INTERESTED': 'not interested',
        'LEAD_AUTO_TAGGED_GENERIC': 'generic',
    }) }}
{%- endmacro %}

{#- Webhook types that tell of a message of ours; a note goes with the request, which has a type of its own. -#}
{% macro message_event_types() -%}
    {{ return(['MESSAGE_SENT']) }}
{%- endmacro %}

{#- Tags that mean a meeting, where config/outreach.yaml names none. -#}
{% macro meeting_tags() -%}
    {{ return(['Meeting booked']) }}
{%- endmacro %}

{#- Replies that two sources tell no further apart may be one: HeyReach dates messages back by as much. -#}
{% macro reply_tolerance_minutes() -%}
    30
{%- endmacro %}

{#- Sources that date engagement, the best first: a later one counts where an earlier one tells less. -#}
{% macro engagement_methods() -%}
    {{ return(['webhook', 'inbox', 'enrichment', 'file', 'observed_interval', 'first_seen_left_censored']) }}
{%- endmacro %}

{#- Kinds of engagement, and the type of a signal file's line that tells one. What words suggest is a kind of its own: nobody met yet. -#}
{% macro engagement_kinds() -%}
    {{ return([
        {'name': 'reply', 'signal': 'replied'},
        {'name': 'meeting', 'signal': 'meeting_booked'},
        {'name': 'email_answer', 'signal': 'email_answered'},
        {'name': 'meeting_words'},
    ]) }}
{%- endmacro %}
