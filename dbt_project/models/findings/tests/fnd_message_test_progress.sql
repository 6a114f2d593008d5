{#- How far a test is, whatever it shows: who was drawn, what was sent, what is old enough, and at what pace. -#}
{%- set pace_days = 14 -%}

with assigned as (

    select
        leads.test_id,
        count(*) filter (where not leads.is_other_arm) as leads,
        count(*) filter (where leads.is_other_arm) as other_leads,
        -- Lots are judged by those who were drawn while there were both texts.
        count(*) filter (where leads.assigned_at >= opened.since) as drawn,
        count(*) filter (where not leads.is_other_arm and leads.assigned_at >= opened.since) as drawn_first
    from {{ ref('fnd_message_test_leads') }} as leads
    left join ({{ both_since(ref('fnd_message_test_leads'), 'assigned_at') }}) as opened on leads.test_id = opened.test_id
    group by leads.test_id

),

sent as (

    select
        requests.test_id,
        count(*) as requests,
        count(*) filter (where not requests.is_other_arm and requests.sent_at >= opened.since) as first_since,
        count(*) filter (where requests.is_other_arm and requests.sent_at >= opened.since) as other_since,
        count(*) filter (where not requests.is_other_arm and not requests.is_awaited) as mature_requests,
        count(*) filter (where requests.is_other_arm and not requests.is_awaited) as other_mature_requests,
        count(*) filter (where not requests.is_other_arm and not requests.is_awaited and requests.sent_at >= opened.since) as first_mature,
        count(*) filter (where requests.is_other_arm and not requests.is_awaited and requests.sent_at >= opened.since) as other_mature,
        count(*) filter (where {{ days_after('requests.sent_at', pace_days) }} >= run_parameters.as_of)
        / cast(greatest(least({{ days_between('min(requests.sent_at)', 'max(run_parameters.as_of)') }}, {{ pace_days }}), 1) as double)
        as sent_per_day
    from {{ ref('fnd_message_test_requests') }} as requests
    cross join {{ ref('stg_operations__run_parameters') }} as run_parameters
    left join ({{ both_since(ref('fnd_message_test_requests'), 'sent_at') }}) as opened on requests.test_id = opened.test_id
    group by requests.test_id

),

-- Before it has any, what all of the workspace sends is taken for it.
paced as (

    select
        plans.test_id,
        coalesce(sent.sent_per_day, pace.sent_per_business_day * 5 / 7.0 / plans.requests_for_one) as sent_per_day
    from {{ ref('fnd_message_test_plans') }} as plans
    left join sent on plans.test_id = sent.test_id
    cross join {{ ref('fnd_request_pace') }} as pace

),

changed as (

    select
        leads.test_id,
        min(changes.changed_by) as sequence_changed_by
    from {{ ref('fnd_message_test_leads') }} as leads
    inner join {{ ref('fnd_sequence_changes') }} as changes
        on leads.campaign_id = changes.campaign_id
        and leads.assigned_at < changes.changed_by
    group by leads.test_id

),

lots as (

    select
        assigned.*,
        (assigned.drawn_first - plans.arm_share * assigned.drawn)
        / nullif(sqrt(plans.arm_share * (1 - plans.arm_share) * assigned.drawn), 0) as ratio_z
    from assigned
    inner join {{ ref('fnd_message_test_plans') }} as plans on assigned.test_id = plans.test_id

)

select
    plans.test_id,
    changed.sequence_changed_by,
    coalesce(lots.leads, 0) as leads,
    coalesce(lots.other_leads, 0) as other_leads,
    case when lots.ratio_z is not null then {{ normal_p_value('lots.ratio_z') }} end as ratio_p_value,
    coalesce(sent.requests, 0) as requests,
    coalesce(sent.mature_requests, 0) as mature_requests,
    coalesce(sent.other_mature_requests, 0) as other_mature_requests,
    coalesce(least(sent.first_since, sent.other_since), 0) > 0 as is_begun,
    coalesce({{ requests_of_each('sent.first_since', 'sent.other_since') }}, 0) as sent_of_each,
    coalesce({{ requests_of_each('sent.first_mature', 'sent.other_mature') }}, 0) as mature_of_each,
    paced.sent_per_day,
    paced.sent_per_day * 2 * plans.arm_share * (1 - plans.arm_share) as of_each_per_day
from {{ ref('fnd_message_test_plans') }} as plans
left join lots on plans.test_id = lots.test_id
left join sent on plans.test_id = sent.test_id
left join changed on plans.test_id = changed.test_id
inner join paced on plans.test_id = paced.test_id
