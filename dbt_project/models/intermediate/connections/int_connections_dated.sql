{#- Every campaign lead with when it was sent a request and when it accepted, until when it could be seen, and whether it
    can be judged. Leads of whom nobody knows whether they were asked (`is_undecided`) are dated as if they were. -#}

with reads as (

    select
        campaign_id,
        max(finished_at) as last_read_at
    from {{ ref('int_campaign_pulls_ordered') }}
    where is_complete
    group by campaign_id

),

-- The last whole reading of the campaign that still showed the lead.
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

joined as (

    select
        campaign_leads.campaign_id,
        campaign_leads.campaign_lead_id,
        coalesce(asked.account_id, campaign_leads.account_id) as account_id,
        asked.is_asked,
        coalesce(asked.is_undecided, false) as is_undecided,
        coalesce(not asked.is_asked, false) as is_connected_before,
        asked.evidence as request_evidence,
        asked.undecided_group,
        coalesce(asked.is_asked and sent.latest is not null, false) as is_sent,
        coalesce(asked.is_asked and accepted.latest is not null, false) as is_accepted,
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
        case
            when campaign_leads.is_present then coalesce(reads.last_read_at, campaign_leads.last_changed_at)
            else coalesce(disappearances.last_read_at, campaign_leads.last_changed_at)
        end as last_seen_at,
        coalesce(reads.last_read_at, campaign_leads.last_changed_at) as campaign_read_until,
        campaign_leads.created_at,
        run_parameters.acceptance_window_days,
        run_parameters.detection_lag_days
    from {{ ref('stg_heyreach__campaign_leads') }} as campaign_leads
    left join {{ ref('int_connections_asked') }} as asked
        on campaign_leads.campaign_id = asked.campaign_id
        and campaign_leads.campaign_lead_id = asked.campaign_lead_id
    left join {{ ref('int_connection_events_bounded') }} as sent
        on campaign_leads.campaign_id = sent.campaign_id
        and campaign_leads.campaign_lead_id = sent.campaign_lead_id
        and sent.event = 'sent'
    left join {{ ref('int_connection_events_bounded') }} as accepted
        on campaign_leads.campaign_id = accepted.campaign_id
        and campaign_leads.campaign_lead_id = accepted.campaign_lead_id
        and accepted.event = 'accepted'
    left join reads on campaign_leads.campaign_id = reads.campaign_id
    left join disappearances
        on campaign_leads.campaign_id = disappearances.campaign_id
        and campaign_leads.campaign_lead_id = disappearances.campaign_lead_id
    cross join {{ ref('stg_operations__run_parameters') }} as run_parameters

),

-- An exact time where there is one, else the bounds.
measured as (

    select
        *,
        greatest({{ hours_between('sent_latest', 'accepted_earliest') }}, 0) as hours_earliest,
        {{ hours_between('sent_earliest', 'accepted_latest') }} as hours_latest,
        {{ spread_midpoint(
            'greatest(' ~ hours_between('coalesce(sent_at, sent_cohort_at)', 'accepted_earliest') ~ ', 0)',
            'greatest(' ~ hours_between('coalesce(sent_at, sent_cohort_at)', 'accepted_latest') ~ ', 0)'
        ) }} as hours_estimated,
        acceptance_window_days * 24.0 as window_hours,
        {{ days_after('sent_cohort_at', 'acceptance_window_days') }} as window_ends_at,
        {{ days_after('sent_cohort_latest', 'acceptance_window_days + detection_lag_days') }} as is_old_enough_at
    from joined

),

-- Windows that ended while nobody looked: known by when the campaign was read, and by nothing that the lead did.
unwatched as (

    select distinct
        measured.campaign_id,
        measured.campaign_lead_id
    from measured
    inner join {{ ref('int_campaign_gaps') }} as gaps
        on measured.campaign_id = gaps.campaign_id
        and measured.window_ends_at > gaps.gap_from
        and measured.window_ends_at <= gaps.gap_to

),

followed as (

    select
        measured.*,
        -- The larger of nothing and 0 is 0: without an acceptance there are no hours.
        coalesce(accepted_latest is not null and hours_estimated <= window_hours, false) as is_within_window,
        coalesce(accepted_latest is not null and hours_latest <= window_hours, false) as is_surely_within_window,
        coalesce(accepted_latest is not null and hours_earliest <= window_hours, false) as is_possibly_within_window,
        -- An acceptance that was seen stays known, whatever became of the row. A lead that vanished while its request was
        -- open may have accepted later.
        case when accepted_latest is not null then campaign_read_until else last_seen_at end as followed_until,
        unwatched.campaign_id is not null as is_window_end_unwatched
    from measured
    left join unwatched
        on measured.campaign_id = unwatched.campaign_id
        and measured.campaign_lead_id = unwatched.campaign_lead_id

)

select
    campaign_id,
    campaign_lead_id,
    account_id,
    is_undecided,
    undecided_group,
    request_evidence,
    is_connected_before,
    is_sent,
    is_accepted,
    sent_at,
    sent_earliest,
    sent_latest,
    sent_method,
    sent_cohort_at,
    sent_cohort_earliest,
    sent_cohort_latest,
    case
        when accepted_method = 'webhook' then accepted_event_at
        when accepted_event_at is not null then {{ midpoint('accepted_earliest', 'accepted_latest') }}
    end as accepted_at,
    accepted_earliest,
    accepted_latest,
    accepted_method,
    hours_earliest,
    hours_latest,
    is_within_window,
    is_surely_within_window,
    is_possibly_within_window,
    last_seen_at,
    followed_until,
    sent_cohort_at is not null
    and is_old_enough_at <= campaign_read_until
    and is_old_enough_at <= followed_until
    and not is_window_end_unwatched as is_mature,
    -- Old enough, and nobody knows how it ended: the lead vanished while its request was open.
    sent_cohort_at is not null
    and is_old_enough_at <= campaign_read_until
    and is_old_enough_at > followed_until
    and not is_window_end_unwatched as is_out_of_sight,
    sent_cohort_at is not null
    and is_old_enough_at <= campaign_read_until
    and is_window_end_unwatched as is_window_end_unwatched
from followed
