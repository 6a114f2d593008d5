{#- The first sights of those who were asked, or may have been (`is_undecided`; of these only `is_asked` ones count). -#}

select
    sights.campaign_id,
    sights.campaign_lead_id,
    sights.event,
    sights.account_id,
    sights.has_changed_sender,
    sights.earliest,
    sights.latest,
    sights.is_left_censored,
    sights.shows_open,
    sights.message_status,
    sights.last_action_at,
    asked.is_asked,
    asked.is_undecided
from {{ ref('int_connection_status_sights') }} as sights
inner join {{ ref('int_connections_asked') }} as asked
    on sights.campaign_id = asked.campaign_id
    and sights.campaign_lead_id = asked.campaign_lead_id
where asked.is_asked or asked.is_undecided
