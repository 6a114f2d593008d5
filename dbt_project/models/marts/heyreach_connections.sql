with campaign_leads as (

    select * from {{ ref('stg_heyreach__campaign_leads') }}

),

attributed as (

    select * from {{ ref('int_connections_attributed') }}

),

events as (

    select * from {{ ref('int_connection_events_bounded') }}

),

sequences as (

    select * from {{ ref('stg_heyreach__campaign_sequences') }}

),

leads as (

    select * from {{ ref('heyreach_leads') }}

),

run_parameters as (

    select * from {{ ref('stg_heyreach__run_parameters') }}

),

-- First-seen dates are sticky, so a status that goes back moves none; it is flagged.
backward_moves as (

    select distinct
        campaign_id,
        campaign_lead_id
    from {{ ref('int_status_moves') }}
    where is_backward

),

-- Until when each lead could be seen: the campaign's newest whole reading, or the last one that still showed the lead.
reads as (

    select
        campaign_id,
        max(finished_at) as last_read_at
    from {{ ref('int_campaign_pulls_ordered') }}
    where is_complete
    group by campaign_id

),

disappearances as (

    select
        observations.campaign_id,
        observations.campaign_lead_id,
        max(coalesce(pulls.previous_complete_started_at, observations.observed_at)) as last_read_at
    from {{ ref('stg_heyreach__campaign_lead_observations') }} as observations
    inner join {{ ref('int_campaign_pulls_ordered') }} as pulls
        on observations.campaign_id = pulls.campaign_id
        and observations.pull_id = pulls.pull_id
    where not observations.is_present
    group by observations.campaign_id, observations.campaign_lead_id

),

sent as (

    select * from events where event = 'sent'

),

accepted as (

    select * from events where event = 'accepted'

),

joined as (

    select
        campaign_leads.*,
        attributed.lead_id,
        attributed.list_id,
        attributed.source,
        attributed.source_list,
        attributed.icp,
        attributed.keywords,
        attributed.batch_id,
        attributed.company_region,
        attributed.missing_attribution_fields,
        attributed.attribution_origin,
        attributed.has_source_conflict,
        leads.normalized_profile_url,
        sent.latest is not null as is_sent,
        accepted.latest is not null as is_accepted,
        sent.event_at as sent_at,
        sent.earliest as sent_earliest,
        sent.latest as sent_latest,
        sent.method as sent_method,
        sent.cohort_at as sent_cohort_at,
        sent.cohort_earliest as sent_cohort_earliest,
        sent.cohort_latest as sent_cohort_latest,
        accepted.event_at as accepted_event_at,
        -- Nobody accepts before being asked, unless two pieces of evidence contradict each other.
        case
            when accepted.latest is null then null
            when sent.earliest <= accepted.latest then greatest(accepted.earliest, sent.earliest)
            else accepted.earliest
        end as accepted_earliest,
        accepted.latest as accepted_latest,
        accepted.method as accepted_method,
        backward_moves.campaign_lead_id is not null as has_gone_back,
        case
            when campaign_leads.is_present then coalesce(reads.last_read_at, campaign_leads.last_changed_at)
            else coalesce(disappearances.last_read_at, campaign_leads.last_changed_at)
        end as last_seen_at,
        coalesce(sequences.withdrawal_days, run_parameters.expiry_days) as open_days,
        run_parameters.acceptance_window_days,
        run_parameters.detection_lag_days,
        run_parameters.as_of
    from campaign_leads
    inner join attributed
        on campaign_leads.campaign_id = attributed.campaign_id
        and campaign_leads.campaign_lead_id = attributed.campaign_lead_id
    inner join leads on attributed.lead_id = leads.lead_id
    left join sent
        on campaign_leads.campaign_id = sent.campaign_id
        and campaign_leads.campaign_lead_id = sent.campaign_lead_id
    left join accepted
        on campaign_leads.campaign_id = accepted.campaign_id
        and campaign_leads.campaign_lead_id = accepted.campaign_lead_id
    left join reads on campaign_leads.campaign_id = reads.campaign_id
    left join disappearances
        on campaign_leads.campaign_id = disappearances.campaign_id
        and campaign_leads.campaign_lead_id = disappearances.campaign_lead_id
    left join backward_moves
        on campaign_leads.campaign_id = backward_moves.campaign_id
        and campaign_leads.campaign_lead_id = backward_moves.campaign_lead_id
    left join sequences on campaign_leads.campaign_id = sequences.campaign_id
    cross join run_parameters

),

estimated as (

    select
        *,
        case
            when accepted_method = 'webhook' then accepted_event_at
            when accepted_event_at is not null then {{ midpoint('accepted_earliest', 'accepted_latest') }}
        end as accepted_at
    from joined

),

-- An undated request is taken to be as old as it can be for certain: at least as old as its latest bound says.
aged as (

    select
        *,
        coalesce(sent_cohort_at, sent_cohort_latest) as aged_from,
        case
            when is_sent
                then row_number() over (
                    partition by lead_id, is_sent
                    order by sent_cohort_latest, sent_cohort_earliest, created_at, campaign_id, campaign_lead_id
                )
        end as attempt_no
    from estimated

),

resolved as (

    select
        *,
        case
            when is_accepted then 'accepted'
            when is_sent and {{ days_after('aged_from', 'open_days') }} <= as_of then 'expired'
            when is_sent and {{ days_after('aged_from', 'acceptance_window_days') }} <= as_of then 'pending'
            when is_sent then 'sent'
            when message_status in ('MessageSent', 'MessageReply') then 'already_connected'
            when campaign_lead_status = 'Failed' then 'failed'
            -- Through the sequence without a request: none will follow.
            when campaign_lead_status in ('Excluded', 'Finished') then 'excluded'
            else 'queued'
        end as status,
        sent_cohort_at is not null
        and {{ days_after('sent_cohort_latest', 'acceptance_window_days + detection_lag_days') }} <= last_seen_at as is_mature
    from aged

),

final as (

    select
        md5(campaign_id || '|' || campaign_lead_id) as connection_id,
        campaign_lead_id,
        lead_id,
        normalized_profile_url,
        campaign_id,
        account_id,
        list_id,
        source,
        source_list,
        icp,
        keywords,
        batch_id,
        company_region,
        attribution_origin,
        has_source_conflict,
        missing_attribution_fields is null as is_attribution_complete,
        missing_attribution_fields,
        status,
        is_sent,
        is_accepted,
        is_mature,
        -- A late acceptance only shows in counts. An acceptance whose bounds are too far apart to date it is still
        -- judged, by their midpoint: leaving it out would make the rate depend on the outcome.
        case
            when is_mature
                then is_accepted
                and {{ midpoint('accepted_earliest', 'accepted_latest') }}
                <= {{ days_after('coalesce(sent_at, sent_cohort_at)', 'acceptance_window_days') }}
        end as is_accepted_in_window,
        attempt_no,
        campaign_lead_status,
        message_status,
        error_code,
        is_present,
        has_gone_back,
        last_seen_at,
        sent_at as connection_sent_at,
        sent_earliest as connection_sent_earliest,
        sent_latest as connection_sent_latest,
        sent_method as connection_sent_method,
        sent_cohort_at,
        sent_cohort_earliest,
        sent_cohort_latest,
        accepted_at as connection_accepted_at,
        accepted_earliest as connection_accepted_earliest,
        accepted_latest as connection_accepted_latest,
        accepted_method as connection_accepted_method,
        cast(null as timestamp with time zone) as connection_rejected_at,
        case
            when accepted_at is not null and sent_at is not null
                then greatest({{ hours_between('sent_at', 'accepted_at') }}, 0)
        end as time_to_accept_hours,
        case
            when is_accepted then greatest({{ hours_between('sent_latest', 'accepted_earliest') }}, 0)
        end as time_to_accept_hours_earliest,
        {{ hours_between('sent_earliest', 'accepted_latest') }} as time_to_accept_hours_latest,
        created_at,
        last_changed_at as updated_at,
        as_of
    from resolved

)

select * from final
