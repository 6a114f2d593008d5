{#- What came of each request, and of what may have been one, and whom it was to when it was imported. What counts in a rate is within a
    window of what came before it, the same for all; bounds that leave it open count as open. -#}

with requests as (

    select
        connections.*,
        imported.segment,
        imported.sequence,
        imported.variant,
        run_parameters.acceptance_window_days + {{ reply_window_days() }} as reply_days_after_request,
        run_parameters.detection_lag_days,
        run_parameters.as_of
    from {{ ref('heyreach_connections') }} as connections
    left join {{ ref('fnd_requests_imported') }} as imported on connections.connection_id = imported.connection_id
    cross join {{ ref('stg_operations__run_parameters') }} as run_parameters
    where connections.is_sent or connections.is_undecided

),

engagement as (

    select * from {{ ref('fnd_engagement_first') }}

)

select
    requests.connection_id,
    requests.lead_id,
    requests.campaign_id,
    requests.campaign_lead_id,
    requests.account_id,
    requests.segment,
    requests.sequence,
    requests.variant,
    {{ utc_week('requests.sent_cohort_at') }} as sent_week,
    requests.is_sent,
    requests.is_accepted,
    requests.is_mature,
    coalesce(requests.is_mature and requests.is_accepted_in_window, false) as is_accepted_in_window,
    undecided.undecided_group,
    replies.connection_id is not null as is_replied,
    replies.connection_id is not null and replies.happened_at is null as is_reply_undated,
    meetings.connection_id is not null as is_met,
    meetings.connection_id is not null and meetings.happened_at is null as is_meeting_undated,
    answers.connection_id is not null as is_answered_by_email,
    if(replies.connection_id is null, '{{ no_reply() }}', coalesce(steps.reply_step, 'unknown')) as reply_step,
    coalesce(
        requests.is_mature
        and {{ days_after('requests.sent_cohort_latest', 'requests.reply_days_after_request + requests.detection_lag_days') }}
        <= requests.as_of,
        false
    ) as is_old_for_replies_of_sent,
    {%- for kind, days in (('replies', reply_window_days()), ('meetings', meeting_window_days())) %}
    coalesce(
        requests.is_accepted
        and requests.connection_accepted_earliest is not null
        and {{ days_after('requests.connection_accepted_latest', days ~ ' + requests.detection_lag_days') }} <= requests.followed_until,
        false
    ) as is_old_for_{{ kind }}_of_accepted,
    {%- endfor %}
    {%- for name, event, began, days in (
        ('replied_of_sent', 'replies', 'requests.sent_cohort', 'requests.reply_days_after_request'),
        ('replied_of_accepted', 'replies', 'requests.connection_accepted', reply_window_days()),
        ('met_of_accepted', 'meetings', 'requests.connection_accepted', meeting_window_days()),
    ) %}
    {{ is_surely_within(event, began, days) }} as is_surely_{{ name }},
    {{ is_possibly_within(event, began, days) }} as is_possibly_{{ name }}{{ ',' if not loop.last }}
    {%- endfor %}
from requests
left join {{ ref('int_connections_dated') }} as undecided
    on requests.campaign_id = undecided.campaign_id
    and requests.campaign_lead_id = undecided.campaign_lead_id
    and undecided.is_undecided
    and undecided.is_mature
    and undecided.is_within_window
left join engagement as replies on requests.connection_id = replies.connection_id and replies.kind = 'reply'
left join engagement as meetings on requests.connection_id = meetings.connection_id and meetings.kind = 'meeting'
left join engagement as answers on requests.connection_id = answers.connection_id and answers.kind = 'email_answer'
left join {{ ref('fnd_reply_steps') }} as steps on requests.connection_id = steps.connection_id
