{{ config(materialized='ephemeral') }}

{#- Whom each look takes in. A look falls when the next twelfth of what was planned is there, whenever anybody opens the report. It takes
    in the requests of both arms up to the one by which it is: decided by who was asked and when, and never by what came of it, so
    that no later build shows a past look otherwise. -#}

-- An arm that starts later is compared with what was sent since.
with opened as (

    {{ both_since(ref('fnd_message_test_requests'), 'sent_at') }}

),

all_looks as (

    select max(look) as looks from {{ ref('message_test_bounds') }}

),

running as (

    select
        requests.*,
        cast(requests.is_other_arm as integer) as is_other,
        row_number() over in_order as both_sent,
        sum(cast(requests.is_other_arm as integer)) over in_order as other_sent
    from {{ ref('fnd_message_test_requests') }} as requests
    inner join opened on requests.test_id = opened.test_id
    where requests.sent_at >= opened.since
    window in_order as (
        partition by requests.test_id order by requests.sent_at, requests.request_id
        rows between unbounded preceding and current row
    )

),

-- The first look that a request is in is the one after those that were full before it.
compared as (

    select
        running.*,
        {{ looks_full('(running.both_sent - running.other_sent)', 'running.other_sent') }} as looks_full,
        1 + {{ looks_full(
            '(running.both_sent - running.other_sent - 1 + running.is_other)', '(running.other_sent - running.is_other)'
        ) }} as first_look
    from running
    inner join {{ ref('fnd_message_test_plans') }} as plans on running.test_id = plans.test_id
    cross join all_looks

),

sent as (

    select
        test_id,
        max(looks_full) as looks_full,
        min(sent_at) filter (where is_awaited) as awaited_from
    from compared
    group by test_id

),

added as (

    select
        test_id,
        first_look,
        stratum,
        max(sent_at) as sent_until,
        count(*) filter (where not is_other_arm) as requests,
        count(*) filter (where not is_other_arm and is_success) as successes,
        count(*) filter (where not is_other_arm and is_undated) as undated,
        count(*) filter (where is_other_arm) as other_requests,
        count(*) filter (where is_other_arm and is_success) as other_successes,
        count(*) filter (where is_other_arm and is_undated) as other_undated
    from compared
    group by test_id, first_look, stratum

),

reached as (

    select
        sent.test_id,
        sent.awaited_from,
        bounds.look,
        bounds.z_bound,
        max(added.sent_until) as sent_until
    from sent
    inner join {{ ref('message_test_bounds') }} as bounds on sent.looks_full >= bounds.look
    inner join added on sent.test_id = added.test_id and bounds.look >= added.first_look
    group by sent.test_id, sent.awaited_from, bounds.look, bounds.z_bound

),

-- A look waits for everybody that it looks at.
held as (

    select * from reached
    where awaited_from is null or sent_until < awaited_from

)

select
    held.test_id,
    held.look,
    held.sent_until,
    held.z_bound,
    added.stratum,
    {% for column in ('requests', 'successes', 'undated', 'other_requests', 'other_successes', 'other_undated') %}
    cast(sum(added.{{ column }}) as bigint) as {{ column }},
    {%- endfor %}
    sum(added.successes) as a,
    sum(added.requests - added.successes) as b,
    sum(added.other_successes) as c,
    sum(added.other_requests - added.other_successes) as d
from held
inner join added on held.test_id = added.test_id and held.look >= added.first_look
group by held.test_id, held.look, held.sent_until, held.z_bound, added.stratum
