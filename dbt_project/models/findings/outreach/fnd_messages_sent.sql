{#- The inbox shows the note of a request among them; webhooks tell of messages alone. -#}

select
    lead_id,
    account_id,
    campaign_id,
    happened_at,
    'inbox' as method
from {{ ref('int_inbox_messages') }}
where is_ours
union all
select distinct
    lead_id,
    account_id,
    campaign_id,
    happened_at,
    'webhook'
from {{ ref('int_engagement_webhooks') }}
where event_type in ('{{ message_event_types() | join("', '") }}')
