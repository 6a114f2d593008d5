{#- The event types that HeyReach documents, and those seen since. -#}
{% macro webhook_event_types() -%}
    {{ return([
        'CONNECTION_REQUEST_SENT', 'CONNECTION_REQUEST_ACCEPTED', 'MESSAGE_SENT', 'MESSAGE_REPLY_RECEIVED', 'INMAIL_SENT',
        'INMAIL_REPLY_RECEIVED', 'EVERY_MESSAGE_REPLY_RECEIVED', 'FOLLOW_SENT', 'LIKED_POST', 'VIEWED_PROFILE',
        'CAMPAIGN_COMPLETED', 'LEAD_TAG_UPDATED', 'LEAD_AUTO_TAGGED_INTERESTED', 'LEAD_AUTO_TAGGED_NOT_INTERESTED',
        'LEAD_AUTO_TAGGED_GENERIC', 'LEAD_FINISHED_SEQUENCE_WITHOUT_REPLYING',
    ]) }}
{%- endmacro %}

{#- Those that models look at, which `make webhooks` asks HeyReach for, and how each webhook is called there (3 to 25 letters).
    Of a reply only the type that fires for every one. -#}
{% macro registered_webhooks() -%}
    {{ return({
        'CONNECTION_REQUEST_SENT': 'Analytics: request sent',
        'CONNECTION_REQUEST_ACCEPTED': 'Analytics: accepted',
        'MESSAGE_SENT': 'Analytics: message sent',
        'EVERY_MESSAGE_REPLY_RECEIVED': 'Analytics: every reply',
        'LEAD_TAG_UPDATED': 'Analytics: tags',
        'LEAD_AUTO_TAGGED_INTERESTED': 'Analytics: interested',
        'LEAD_AUTO_TAGGED_NOT_INTERESTED': 'Analytics: not interested',
        'LEAD_AUTO_TAGGED_GENERIC': 'Analytics: other tags',
    }) }}
{%- endmacro %}

{#- A connection event as it is expected, as SQL text. -#}
{% macro expected_webhook_event() -%}
    '{"event_type": "CONNECTION_REQUEST_SENT", "timestamp": "2026-01-05T09:00:00Z", "campaign": {"id": 1}, "lead": '
    || '{"profile_url": "https://www.linkedin.com/in/..."}}'
{%- endmacro %}
