{#- Whether each campaign lead that HeyReach ever showed as sent or accepted was asked. HeyReach shows people who were
    connected before as accepted, too. Where nothing else tells, its counts do: all of the leads first seen as accepted
    between two readings, none of them, or how many. Of a group of which some were asked, those are told apart whose state is
    common among the asked and was never seen among the connected, or the other way round (five would have been, were it
    as common there), after readings as far apart, if that fits the count. Of what is left as many stand for those who were
    asked as were counted, and all of them are undecided. Without counts every one of them counts as asked, and is undecided. -#}
{%- set expected = 5 -%}

with requests as (

    select
        *,
        sign_of_request is null and not is_known_connection as is_open_question
    from {{ ref('int_connection_requests') }}

),

by_counts as (

    select * from {{ ref('int_asked_by_counts') }}

),

in_groups as (

    select
        requests.*,
        by_counts.read_at,
        -- To the nearest power of two, in hours.
        round(log2(greatest({{ hours_between('by_counts.previous_read_at', 'by_counts.read_at') }}, 1))) as spacing,
        by_counts.first_seen_accepted as group_rows,
        by_counts.asked_at_least,
        by_counts.asked_at_most,
        case
            when requests.sign_of_request is not null then requests.sign_of_request
            when requests.is_known_connection then 'known_connection'
            when by_counts.asked_at_most is null then 'not_counted'
            when by_counts.asked_at_most = 0 then 'no_request_counted'
            when by_counts.asked_at_least = by_counts.first_seen_accepted then 'all_counted'
            when by_counts.asked_at_most = by_counts.first_seen_accepted and by_counts.asked_at_least = 0 then 'not_counted'
            else 'some_counted'
        end as by_count
    from requests
    left join by_counts
        on requests.account_id = by_counts.account_id
        and requests.campaign_id = by_counts.campaign_id
        and requests.seen_accepted_at <= by_counts.read_at
        and requests.seen_accepted_at > by_counts.counted_from

),

-- How far each of them had come when the counts were read: whoever was connected before is written to, or done with, sooner.
-- After days without a reading everybody has come further.
states as (

    select
        in_groups.campaign_id,
        in_groups.campaign_lead_id,
        in_groups.by_count,
        in_groups.spacing,
        arg_max(
            concat_ws(', ', observations.campaign_lead_status, observations.message_status),
            (observations.pull_id, observations.observed_at, observations.content_hash)
        ) as state
    from in_groups
    inner join {{ ref('stg_heyreach__campaign_lead_observations') }} as observations
        on in_groups.campaign_id = observations.campaign_id
        and in_groups.campaign_lead_id = observations.campaign_lead_id
        and observations.observed_at <= in_groups.read_at
    where observations.is_present
        and not in_groups.is_left_censored
    group by all

),

known_states as (

    select
        spacing,
        state,
        count(*) filter (where by_count in ('seen_open', 'all_counted')) as asked,
        count(*) filter (where by_count in ('known_connection', 'no_request_counted')) as connected,
        sum(count(*) filter (where by_count in ('seen_open', 'all_counted'))) over alike as all_asked,
        sum(count(*) filter (where by_count in ('known_connection', 'no_request_counted'))) over alike as all_connected
    from states
    group by spacing, state
    window alike as (partition by spacing)

),

likened as (

    select
        in_groups.*,
        case
            when in_groups.by_count <> 'some_counted'
                or in_groups.is_left_censored
                or in_groups.asked_at_least < in_groups.asked_at_most
                then null
            when known_states.connected = 0
                and known_states.asked > 0
                and known_states.asked * known_states.all_connected >= {{ expected }} * known_states.all_asked
                then 'state_of_asked'
            when known_states.asked = 0
                and known_states.connected > 0
                and known_states.connected * known_states.all_asked >= {{ expected }} * known_states.all_connected
                then 'state_of_connected'
        end as by_state
    from in_groups
    left join states
        on in_groups.campaign_id = states.campaign_id
        and in_groups.campaign_lead_id = states.campaign_lead_id
    left join known_states
        on states.spacing = known_states.spacing
        and states.state = known_states.state

),

counted_by_state as (

    select
        *,
        count(*) filter (where by_state = 'state_of_asked') over same_group as asked_by_state,
        count(*) filter (where by_state is null) over same_group as left_over
    from likened
    window same_group as (partition by account_id, campaign_id, read_at, by_count)

),

-- What the states say has to leave room for the count.
fitted as (

    select
        *,
        by_count = 'some_counted' and asked_at_most between asked_by_state and asked_by_state + left_over as is_fitting
    from counted_by_state

),

narrowed as (

    select
        * exclude (by_state, group_rows, asked_at_least, asked_at_most),
        case when is_fitting then by_state end as by_state,
        case when is_fitting then left_over else group_rows end as group_rows,
        case when is_fitting then greatest(asked_at_least - asked_by_state, 0) else asked_at_least end as asked_at_least,
        case when is_fitting then asked_at_most - asked_by_state else asked_at_most end as asked_at_most
    from fitted

),

judged as (

    select
        *,
        case
            when by_count <> 'some_counted' then by_count
            when by_state is not null then by_state
            when asked_at_most = 0 then 'no_request_counted'
            when asked_at_least = group_rows then 'all_counted'
            else 'some_counted'
        end as evidence
    from narrowed

),

placed as (

    select
        *,
        evidence in ('some_counted', 'not_counted') as is_undecided,
        row_number() over (
            partition by account_id, campaign_id, read_at, evidence
            order by md5(campaign_id || '|' || campaign_lead_id)
        ) as place_in_group,
        count(*) over (partition by account_id, campaign_id, read_at, evidence) as rows_alike
    from judged

)

select
    campaign_id,
    campaign_lead_id,
    account_id,
    evidence,
    is_undecided,
    case
        when evidence = 'some_counted' then place_in_group <= asked_at_most
        else evidence in ('seen_open', 'webhook', 'all_counted', 'state_of_asked', 'not_counted')
    end as is_asked,
    case
        when is_undecided
            then md5(concat_ws('|', coalesce(account_id, ''), campaign_id, coalesce(cast(epoch_us(read_at) as varchar), '')))
    end as undecided_group,
    case when is_undecided then rows_alike end as group_rows,
    case when evidence = 'some_counted' then asked_at_least when is_undecided then 0 end as group_asked_at_least,
    case when evidence = 'some_counted' then asked_at_most when is_undecided then rows_alike end as group_asked_at_most
from placed
