{#- Requests of tests that count, or will: old enough, or not yet. What vanished while it was open, or ended while nobody looked, counts
    in neither arm. Of a test of replies those that were accepted count, by when they were: the note before is the same for both texts. -#}
{%- set patience_days = 7 -%}

with requests as (

    select
        leads.test_id,
        leads.is_other_arm,
        plans.metric = 'replies' as is_of_replies,
        plans.window_days,
        connections.connection_id,
        connections.account_id,
        leads.campaign_id,
        coalesce(leads.segment, connections.icp, 'unknown') as group_of_leads,
        connections.sent_cohort_latest,
        connections.is_accepted,
        connections.connection_accepted_earliest as accepted_earliest,
        connections.connection_accepted_latest as accepted_latest,
        connections.followed_until,
        connections.is_mature,
        connections.is_accepted_in_window,
        connections.is_out_of_sight or connections.is_window_end_unwatched as is_lost,
        row_number() over (
            partition by leads.lead_id order by connections.sent_cohort_latest, connections.connection_id
        ) as place
    from {{ ref('fnd_message_test_leads') }} as leads
    inner join {{ ref('fnd_message_test_plans') }} as plans on leads.test_id = plans.test_id
    inner join {{ ref('heyreach_connections') }} as connections
        on leads.lead_id = connections.lead_id
        and leads.campaign_id = connections.campaign_id
    where connections.is_sent
        and connections.sent_cohort_latest > leads.assigned_at
        and ({{ list_length('plans.icps') }} = 0 or {{ in_list('lower(connections.icp)', 'plans.icps') }})

),

-- One reply within the window is enough. Where bounds leave it open, it may have been.
replies as (

    select
        requests.connection_id,
        bool_or(coalesce(
            events.happened_latest <= {{ days_after('requests.accepted_earliest', 'requests.window_days') }}, false
        )) as is_surely_in_time,
        bool_or(coalesce(
            events.happened_earliest <= {{ days_after('requests.accepted_latest', 'requests.window_days') }}, true
        )) as is_possibly_in_time
    from requests
    inner join {{ ref('engagement_events') }} as events
        on requests.connection_id = events.connection_id
        and events.kind = 'reply'
    where requests.is_of_replies
    group by requests.connection_id

),

started as (

    select
        requests.* exclude (is_mature, is_lost),
        if(requests.is_of_replies, requests.accepted_latest, requests.sent_cohort_latest) as counts_from,
        if(
            requests.is_of_replies,
            coalesce(
                {{ days_after('requests.accepted_latest', 'requests.window_days + run_parameters.detection_lag_days') }}
                <= requests.followed_until, false
            ),
            requests.is_mature
        ) as is_mature,
        if(requests.is_of_replies, requests.window_days, run_parameters.acceptance_window_days) + run_parameters.detection_lag_days
        as days_until_old,
        run_parameters.as_of
    from requests
    cross join {{ ref('stg_operations__run_parameters') }} as run_parameters
    where requests.place = 1 and if(requests.is_of_replies, requests.is_accepted, not requests.is_lost)

),

-- A campaign whose sequence is changed while it is tested sends something else from then on.
changed as (

    select
        leads.test_id,
        leads.campaign_id,
        min(changes.unchanged_until) as unchanged_until
    from {{ ref('fnd_message_test_leads') }} as leads
    inner join {{ ref('fnd_sequence_changes') }} as changes
        on leads.campaign_id = changes.campaign_id
        and leads.assigned_at < changes.changed_by
    group by leads.test_id, leads.campaign_id

),

-- What should be old enough by now and isn't, is waited for no longer: its campaign is read no more.
counted as (

    select
        started.*,
        not started.is_mature
        and {{ days_after('started.counts_from', 'started.days_until_old + ' ~ patience_days) }} > started.as_of as is_awaited
    from started
    left join changed on started.test_id = changed.test_id and started.campaign_id = changed.campaign_id
    where changed.test_id is null or started.counts_from <= changed.unchanged_until

)

select
    counted.connection_id as request_id,
    counted.test_id,
    counted.is_other_arm,
    coalesce(counted.account_id, 'unassigned') || '|' || counted.group_of_leads as stratum,
    counted.counts_from as sent_at,
    counted.is_awaited,
    coalesce(if(counted.is_of_replies, replies.is_surely_in_time, counted.is_accepted_in_window), false) as is_success,
    coalesce(replies.is_possibly_in_time and not replies.is_surely_in_time, false) as is_undated
from counted
left join replies on counted.connection_id = replies.connection_id
where counted.is_mature or counted.is_awaited
