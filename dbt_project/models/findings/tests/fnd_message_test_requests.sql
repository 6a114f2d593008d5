{#- Requests of tests that count, or will: old enough, or not yet. What vanished while it was open, or ended while nobody looked, counts
    in neither arm. -#}
{%- set patience_days = 7 -%}

with requests as (

    select
        leads.test_id,
        leads.is_other_arm,
        connections.connection_id,
        connections.account_id,
        connections.icp,
        connections.sent_cohort_latest,
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

-- What should be old enough by now and isn't, is waited for no longer: its campaign is read no more.
counted as (

    select
        requests.*,
        not requests.is_mature and {{ days_after(
            'requests.sent_cohort_latest',
            'run_parameters.acceptance_window_days + run_parameters.detection_lag_days + ' ~ patience_days
        ) }} > run_parameters.as_of as is_awaited
    from requests
    cross join {{ ref('stg_operations__run_parameters') }} as run_parameters
    where requests.place = 1 and not requests.is_lost

)

select
    connection_id as request_id,
    test_id,
    is_other_arm,
    coalesce(account_id, 'unassigned') || '|' || coalesce(icp, 'unknown') as stratum,
    sent_cohort_latest as sent_at,
    is_awaited,
    coalesce(is_accepted_in_window, false) as is_success
from counted
where is_mature or is_awaited
