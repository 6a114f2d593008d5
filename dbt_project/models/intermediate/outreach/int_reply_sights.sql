{#- The first time each campaign lead was seen as replied: that it replied, and when at the earliest and latest. Sticky, as first sights
    of requests are. -#}

with first_sights as (

    select
        observations.campaign_id,
        observations.campaign_lead_id,
        observations.pull_id,
        observations.observed_at
    from {{ ref('stg_heyreach__campaign_lead_observations') }} as observations
    {{ join_status('message_statuses', 'observations.message_status') }}
    where message_statuses.is_reply
    qualify row_number() over (
        partition by observations.campaign_id, observations.campaign_lead_id
        order by observations.pull_id, observations.observed_at, observations.content_hash
    ) = 1

)

select
    first_sights.campaign_id,
    first_sights.campaign_lead_id,
    -- As the first sights of requests: the row must exist, and clocks are widened by what contradicts them.
    case
        when campaign_leads.created_at is not null or reads.previous_complete_started_at is not null then least(
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
    case
        when first_sights.observed_at <= clock.behind_until
            then {{ seconds_after('first_sights.observed_at', 'clock.seconds_behind') }}
        else first_sights.observed_at
    end as latest,
    reads.previous_complete_started_at is null as is_left_censored
from first_sights
inner join {{ ref('stg_heyreach__campaign_leads') }} as campaign_leads
    on first_sights.campaign_id = campaign_leads.campaign_id
    and first_sights.campaign_lead_id = campaign_leads.campaign_lead_id
left join {{ ref('int_campaign_pulls_ordered') }} as reads
    on first_sights.campaign_id = reads.campaign_id
    and first_sights.pull_id = reads.pull_id
cross join {{ ref('int_clock_checked') }} as clock
