{#- The event types that HeyReach documents, and those seen since. -#}
{% macro webhook_event_types() -%}
    {{ return([
        'CONNECTION_REQUEST_SENT', 'CONNECTION_REQUEST_ACCEPTED', 'MESSAGE_SENT', 'MESSAGE_REPLY_RECEIVED', 'INMAIL_SENT',
        'INMAIL_REPLY_RECEIVED', 'EVERY_MESSAGE_REPLY_RECEIVED', 'FOLLOW_SENT', 'LIKED_POST', 'VIEWED_PROFILE',
        'CAMPAIGN_COMPLETED', 'LEAD_TAG_UPDATED', 'LEAD_AUTO_TAGGED_INTERESTED', 'LEAD_AUTO_TAGGED_NOT_INTERESTED',
        'LEAD_AUTO_TAGGED_GENERIC', 'LEAD_FINISHED_SEQUENCE_WITHOUT_REPLYING',
    ]) }}
{%- endmacro %}

{#- A connection event as it is expected, as SQL text. -#}
{% macro expected_webhook_event() -%}
    '{"event_type": "CONNECTION_REQUEST_SENT", "timestamp": "2026-01-05T09:00:00Z", "campaign": {"id": 1}, "lead": '
    || '{"profile_url": "https://www.linkedin.com/in/..."}}'
{%- endmacro %}
