{#- Each campaign lead that HeyReach ever showed as sent or accepted, and what is known without its daily counts of
    whether it was asked at all: it was seen while the request was open, a webhook told of one, or it had accepted another
    request of the same sender before. A row that was first seen as accepted has no such sign: it may have been asked
    and have accepted between two reads, or have been a connection before the campaign began. -#}

with sights as (

    select * from {{ ref('int_connection_status_sights') }}

),

told as (

    select distinct campaign_id, campaign_lead_id
    from {{ ref('int_webhook_events_matched') }}
    where problem is null

),

-- When a lead that had been seen as accepted was no longer there.
vanished as (

    select
        campaign_id,
        campaign_lead_id,
        min(observed_at) as vanished_at
    from {{ ref('stg_heyreach__campaign_lead_observations') }}
    where not is_present
    group by campaign_id, campaign_lead_id

),

-- Rows that come to show another sender than the one they were seen sent by.
moved as (

    select distinct observations.campaign_id, observations.campaign_lead_id
    from {{ ref('stg_heyreach__campaign_lead_observations') }} as observations
    inner join sights
        on observations.campaign_id = sights.campaign_id
        and observations.campaign_lead_id = sights.campaign_lead_id
        and observations.pull_id > sights.pull_id
        and observations.account_id <> sights.account_id
    where sights.event = 'sent'

),

lead_rows as (

    select
        container_id as campaign_id,
        row_key as campaign_lead_id,
        lead_id
    from {{ ref('int_lead_rows_identified') }}
    where found_in = 'campaign'

),

seen as (

    select
        sent.campaign_id,
        sent.campaign_lead_id,
        sent.account_id,
        lead_rows.lead_id,
        sent.earliest,
        sent.latest as seen_sent_at,
        accepted.latest as seen_accepted_at,
        case when vanished.vanished_at > accepted.latest then vanished.vanished_at end as vanished_at,
        moved.campaign_lead_id is not null as shows_other_sender_later,
        sent.is_left_censored,
        sent.campaign_lead_status,
        sent.message_status,
        case
            when not sent.shows_accepted then 'seen_open'
            when told.campaign_id is not null then 'webhook'
        end as sign_of_request
    from sights as sent
    inner join lead_rows
        on sent.campaign_id = lead_rows.campaign_id
        and sent.campaign_lead_id = lead_rows.campaign_lead_id
    left join sights as accepted
        on sent.campaign_id = accepted.campaign_id
        and sent.campaign_lead_id = accepted.campaign_lead_id
        and accepted.event = 'accepted'
    left join vanished
        on sent.campaign_id = vanished.campaign_id
        and sent.campaign_lead_id = vanished.campaign_lead_id
    left join moved
        on sent.campaign_id = moved.campaign_id
        and sent.campaign_lead_id = moved.campaign_lead_id
    left join told
        on sent.campaign_id = told.campaign_id
        and sent.campaign_lead_id = told.campaign_lead_id
    where sent.event = 'sent'

),

first_acceptances as (

    select
        lead_id,
        account_id,
        min(seen_accepted_at) as seen_accepted_at
    from seen
    where seen_accepted_at is not null
    group by lead_id, account_id

)

select
    seen.campaign_id,
    seen.campaign_lead_id,
    seen.account_id,
    seen.earliest,
    seen.seen_sent_at,
    seen.seen_accepted_at,
    seen.vanished_at,
    seen.shows_other_sender_later,
    seen.is_left_censored,
    seen.campaign_lead_status,
    seen.message_status,
    seen.sign_of_request,
    -- Whoever was this sender's connection before the row can have been asked was a connection already.
    seen.sign_of_request is null
    and coalesce(first_acceptances.seen_accepted_at <= seen.earliest, false) as is_known_connection
from seen
left join first_acceptances
    on seen.lead_id = first_acceptances.lead_id
    and seen.account_id = first_acceptances.account_id
