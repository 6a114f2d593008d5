-- First-seen dates are sticky, so a status that goes back moves none; it is flagged.
with backward_moves as (

    select distinct
        campaign_id,
        campaign_lead_id
    from {{ ref('int_status_moves') }}
    where is_backward

),

joined as (

    select
        campaign_leads.* exclude (account_id),
        dated.account_id,
        attributed.lead_id,
        attributed.list_id,
        attributed.source,
        attributed.source_list,
        attributed.icp,
        attributed.keywords,
        attributed.batch_id,
        attributed.company_region,
        -- What was found after the request changes nothing about it.
        if(leads.enriched_since <= if(dated.is_sent, dated.sent_cohort_latest, run_parameters.as_of), 'enriched',
            attributed.enrichment_level) as enrichment_level,
        attributed.missing_attribution_fields,
        attributed.attribution_origin,
        attributed.has_source_conflict,
        leads.normalized_profile_url,
        dated.is_sent,
        dated.is_accepted,
        dated.is_undecided,
        dated.is_connected_before,
        dated.request_evidence,
        dated.is_mature and dated.is_sent as is_mature,
        dated.is_within_window,
        dated.is_surely_within_window,
        dated.is_possibly_within_window,
        dated.hours_earliest,
        dated.hours_latest,
        dated.is_out_of_sight and dated.is_sent as is_out_of_sight,
        dated.is_window_end_unwatched and dated.is_sent as is_window_end_unwatched,
        dated.last_seen_at,
        dated.followed_until,
        -- Of leads who may never have been asked no time is shown, unless they count as asked.
        {%- for event, columns in {
            'sent': ['sent_at', 'sent_earliest', 'sent_latest', 'sent_method']
                + ['sent_cohort_at', 'sent_cohort_earliest', 'sent_cohort_latest'],
            'accepted': ['accepted_at', 'accepted_earliest', 'accepted_latest', 'accepted_method'],
        }.items() %}
        {%- for column in columns %}
        case when dated.is_{{ event }} then dated.{{ column }} end as {{ column }},
        {%- endfor %}
        {%- endfor %}
        backward_moves.campaign_lead_id is not null as has_gone_back,
        coalesce(campaigns.is_present, false) as is_campaign_present,
        connection_statuses.is_sent and not connection_statuses.is_accepted and not connection_statuses.is_open as is_withdrawn,
        campaign_lead_statuses.is_stopped and not campaign_statuses.stops_its_leads as is_stopped_by_itself,
        campaign_lead_statuses.unasked_as,
        message_statuses.is_written_to,
        message_statuses.is_reply,
        -- A campaign that never withdraws leaves its requests open.
        case when sequences.is_never_withdrawn then null else coalesce(sequences.withdrawal_days, run_parameters.expiry_days) end
        as open_days,
        run_parameters.acceptance_window_days,
        run_parameters.detection_lag_days,
        run_parameters.as_of
    from {{ ref('stg_heyreach__campaign_leads') }} as campaign_leads
    inner join {{ ref('int_connections_dated') }} as dated
        on campaign_leads.campaign_id = dated.campaign_id
        and campaign_leads.campaign_lead_id = dated.campaign_lead_id
    inner join {{ ref('int_connections_attributed') }} as attributed
        on campaign_leads.campaign_id = attributed.campaign_id
        and campaign_leads.campaign_lead_id = attributed.campaign_lead_id
    inner join {{ ref('int_leads_filled') }} as leads on attributed.lead_id = leads.lead_id
    left join {{ ref('stg_heyreach__campaigns') }} as campaigns on campaign_leads.campaign_id = campaigns.campaign_id
    {{ join_status('connection_statuses', 'campaign_leads.connection_status') }}
    {{ join_status('campaign_lead_statuses', 'campaign_leads.campaign_lead_status') }}
    {{ join_status('message_statuses', 'campaign_leads.message_status') }}
    {{ join_status('campaign_statuses', 'campaigns.campaign_status') }}
    left join backward_moves
        on campaign_leads.campaign_id = backward_moves.campaign_id
        and campaign_leads.campaign_lead_id = backward_moves.campaign_lead_id
    left join {{ ref('stg_heyreach__campaign_sequences') }} as sequences on campaign_leads.campaign_id = sequences.campaign_id
    cross join {{ ref('stg_operations__run_parameters') }} as run_parameters

),

-- A request that can't be dated is taken to be as old as it may be, so that nothing is called young that isn't, and no
-- status grows younger when a date is lost.
aged as (

    select
        *,
        coalesce(sent_cohort_at, sent_cohort_earliest, sent_cohort_latest) as aged_from,
        case
            when is_sent
                then row_number() over (
                    partition by lead_id, is_sent
                    order by sent_cohort_latest, sent_cohort_earliest, created_at, campaign_id, campaign_lead_id
                )
        end as attempt_no
    from joined

),

resolved as (

    select
        *,
        case
            when is_accepted then 'accepted'
            when is_connected_before then 'already_connected'
            when is_sent and is_withdrawn then 'expired'
            when is_sent and {{ days_after('aged_from', 'open_days') }} <= as_of then 'expired'
            when is_sent and {{ days_after('aged_from', 'acceptance_window_days') }} <= as_of then 'pending'
            when is_sent then 'sent'
            when is_written_to then 'already_connected'
            else unasked_as
        end as status
    from aged

)

select
    md5(campaign_id || '|' || campaign_lead_id) as connection_id,
    connection_id as id,
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
    enrichment_level,
    attribution_origin,
    has_source_conflict,
    missing_attribution_fields is null as is_attribution_complete,
    missing_attribution_fields,
    status,
    is_sent,
    is_accepted,
    is_undecided,
    request_evidence,
    -- A lead that was stopped by itself is not resumed; behind a paused campaign all of them may look stopped.
    status = 'queued'
    and is_present
    and is_campaign_present
    and not is_stopped_by_itself as is_waiting,
    is_mature,
    -- A late acceptance only shows in counts. An acceptance whose bounds are too far apart to date it is still
    -- judged: leaving it out would make the rate depend on the outcome.
    case when is_mature then is_accepted and is_within_window end as is_accepted_in_window,
    case when is_mature then is_accepted and is_surely_within_window end as is_surely_accepted_in_window,
    case when is_mature then is_accepted and is_possibly_within_window end as is_possibly_accepted_in_window,
    is_out_of_sight,
    is_window_end_unwatched,
    is_sent
    and sent_cohort_at is not null
    and {{ days_after('sent_cohort_at', time_to_accept_days() ~ ' + detection_lag_days') }} <= followed_until as is_in_time_to_accept,
    attempt_no,
    campaign_lead_status,
    message_status,
    coalesce(is_accepted and is_reply, false) as is_replied,
    error_code,
    is_present,
    has_gone_back,
    last_seen_at,
    followed_until,
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
    case when is_accepted then hours_earliest end as time_to_accept_hours_earliest,
    case when is_accepted then hours_latest end as time_to_accept_hours_latest,
    created_at,
    last_changed_at as updated_at,
    as_of
from resolved
-- So that a page of it, and one lead, is found in a small part of the file.
order by campaign_id, campaign_lead_id
