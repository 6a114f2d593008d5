{{ config(materialized='ephemeral') }}

{#- Messages of ours before the first reply, as the inbox tells them, else webhooks. Where bounds or gaps leave it open how many there were,
    the step is unknown. -#}
{%- set tolerance = 60 * reply_tolerance_minutes() | int -%}

with replies as (

    select
        requests.*,
        replies.happened_earliest,
        replies.happened_latest,
        replies.method as reply_method
    from {{ ref('fnd_requests_imported') }} as requests
    inner join {{ ref('fnd_engagement_first') }} as replies
        on requests.connection_id = replies.connection_id
        and replies.kind = 'reply'

),

-- The inbox shows the note as its first message. It went with the request, and so before anybody accepted.
written as (

    select
        replies.connection_id,
        messages.method,
        messages.happened_at <= replies.happened_earliest as is_surely_before,
        coalesce(messages.happened_at <= replies.happened_latest, true) as is_possibly_before,
        messages.method = 'inbox'
        and row_number() over (partition by replies.connection_id, messages.method order by messages.happened_at) = 1
        and (
            coalesce(messages.happened_at <= replies.connection_accepted_earliest, false)
            or (
                replies.has_note
                and coalesce(messages.happened_at <= {{ seconds_after('replies.connection_sent_latest', tolerance) }}, false)
            )
        ) as is_note
    from replies
    inner join {{ ref('fnd_messages_sent') }} as messages
        on replies.lead_id = messages.lead_id
        and coalesce(replies.account_id = messages.account_id, true)
        and coalesce(messages.happened_at >= {{ seconds_after('replies.connection_sent_earliest', '-' ~ tolerance) }}, true)

),

counted as (

    select
        connection_id,
        bool_or(method = 'inbox') as is_in_inbox,
        {%- for method in ('inbox', 'webhook') %}
        count(*) filter (where method = '{{ method }}' and not is_note and is_surely_before) as {{ method }}_at_least,
        count(*) filter (where method = '{{ method }}' and not is_note and is_possibly_before) as {{ method }}_at_most
        {{- ',' if not loop.last }}
        {%- endfor %}
    from written
    group by connection_id

),

-- Webhooks tell each message of a request, if they were kept since before it was sent.
listening as (

    select min(happened_at) as since
    from {{ ref('fnd_messages_sent') }}
    where method = 'webhook'

),

known as (

    select
        replies.connection_id,
        case
            when counted.is_in_inbox or replies.reply_method = 'inbox'
                then case
                    when coalesce(counted.inbox_at_least, 0) = coalesce(counted.inbox_at_most, 0) then coalesce(counted.inbox_at_least, 0)
                end
            when replies.reply_method = 'webhook'
                and listening.since <= replies.connection_sent_latest
                and coalesce(counted.webhook_at_least, 0) = coalesce(counted.webhook_at_most, 0)
                then coalesce(counted.webhook_at_least, 0)
        end as messages_before
    from replies
    left join counted on replies.connection_id = counted.connection_id
    cross join listening

)

select
    connection_id,
    case messages_before
        when 0 then '{{ note_step() }}'
        {%- for step in message_steps() %}
        when {{ loop.index }} then '{{ step }}'
        {%- endfor %}
        else 'unknown'
    end as reply_step
from known
