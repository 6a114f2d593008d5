{#- The first time each campaign lead was seen as sent, and as accepted, and what that alone says about when it
    happened: after the complete read before, and after the row came into being. Whether a row that was first seen as
    accepted was ever asked is another question (int_connections_asked). -#}

with observations as (

    select * from {{ ref('stg_heyreach__campaign_lead_observations') }}

),

campaign_leads as (

    select * from {{ ref('stg_heyreach__campaign_leads') }}

),

sights as (

    select
        'sent' as event,
        *
    from observations
    where shows_sent
    union all
    select
        'accepted' as event,
        *
    from observations
    where shows_accepted

),

-- By pull, and by request within it: a clock that was set back changes no order.
first_sights as (

    select *
    from sights
    qualify row_number() over (
        partition by event, campaign_id, campaign_lead_id
        order by pull_id, observed_at, content_hash
    ) = 1

),

-- A lead moved to another sender before it was seen sent did what it did under one of them, and nobody says under which.
senders as (

    select
        observations.campaign_id,
        observations.campaign_lead_id,
        count(distinct observations.account_id) > 1 as has_changed_sender
    from observations
    inner join first_sights
        on observations.campaign_id = first_sights.campaign_id
        and observations.campaign_lead_id = first_sights.campaign_lead_id
        and observations.pull_id <= first_sights.pull_id
    where first_sights.event = 'sent'
    group by observations.campaign_id, observations.campaign_lead_id

),

-- Whoever it shows later, a request keeps the sender it was first seen sent by.
sent_by as (

    select
        first_sights.campaign_id,
        first_sights.campaign_lead_id,
        coalesce(first_sights.account_id, campaign_leads.account_id) as account_id
    from first_sights
    inner join campaign_leads
        on first_sights.campaign_id = campaign_leads.campaign_id
        and first_sights.campaign_lead_id = campaign_leads.campaign_lead_id
    where first_sights.event = 'sent'

),

bounded as (

    select
        first_sights.campaign_id,
        first_sights.campaign_lead_id,
        first_sights.event,
        sent_by.account_id,
        senders.has_changed_sender,
        case
            when campaign_leads.created_at is null and reads.previous_complete_started_at is null then null
            -- A row can't be sent a request before it exists; `least` guards against a clock that disagrees.
            else least(
                greatest(
                    campaign_leads.created_at,
                    case
                        when reads.previous_complete_started_at <= clock.ahead_until
                            then {{ seconds_after('reads.previous_complete_started_at', '-clock.seconds_ahead') }}
                        else reads.previous_complete_started_at
                    end
                ),
                first_sights.observed_at
            )
        end as earliest,
        -- As far as HeyReach's clock is contradicted by its rows, what was seen may have been seen earlier or later.
        case
            when first_sights.observed_at <= clock.behind_until
                then {{ seconds_after('first_sights.observed_at', 'clock.seconds_behind') }}
            else first_sights.observed_at
        end as latest,
        reads.previous_complete_started_at is null as is_left_censored,
        first_sights.pull_id,
        first_sights.shows_accepted,
        first_sights.shows_open,
        first_sights.campaign_lead_status,
        first_sights.message_status,
        first_sights.last_action_at
    from first_sights
    inner join sent_by
        on first_sights.campaign_id = sent_by.campaign_id
        and first_sights.campaign_lead_id = sent_by.campaign_lead_id
    inner join campaign_leads
        on first_sights.campaign_id = campaign_leads.campaign_id
        and first_sights.campaign_lead_id = campaign_leads.campaign_lead_id
    inner join senders
        on first_sights.campaign_id = senders.campaign_id
        and first_sights.campaign_lead_id = senders.campaign_lead_id
    left join {{ ref('int_campaign_pulls_ordered') }} as reads
        on first_sights.campaign_id = reads.campaign_id
        and first_sights.pull_id = reads.pull_id
    cross join {{ ref('int_clock_checked') }} as clock

)

select * from bounded
