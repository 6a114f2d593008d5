{#- Whether each campaign lead that HeyReach ever showed as sent or accepted was asked. HeyReach shows people who were
    connected before as accepted, too. Where nothing else tells, its counts do: all of the leads first seen as accepted
    between two readings, none of them, or how many; then so many stand for those who were asked, and all of them are
    undecided. Without counts every one of them counts as asked, and is undecided. -#}

with requests as (

    select * from {{ ref('int_connection_requests') }}

),

by_counts as (

    select * from {{ ref('int_asked_by_counts') }}

),

in_groups as (

    select
        requests.*,
        by_counts.read_at,
        coalesce(by_counts.asked_at_least, 0) as asked_at_least,
        by_counts.asked_at_most,
        requests.sign_of_request is null and not requests.is_known_connection as is_open_question,
        count(*) over same_group as group_rows,
        -- Whoever was connected before is written to at once; of those who were asked few are so soon.
        row_number() over (
            partition by requests.account_id, requests.campaign_id, by_counts.read_at, requests.sign_of_request is null and not requests.is_known_connection
            order by
                coalesce(requests.message_status in ('MessageSent', 'MessageReply'), false),
                md5(requests.campaign_id || '|' || requests.campaign_lead_id)
        ) as place_in_group
    from requests
    left join by_counts
        on requests.account_id = by_counts.account_id
        and requests.campaign_id = by_counts.campaign_id
        and requests.seen_sent_at <= by_counts.read_at
        and requests.seen_sent_at > by_counts.counted_from
    window same_group as (
        partition by requests.account_id, requests.campaign_id, by_counts.read_at, requests.sign_of_request is null and not requests.is_known_connection
    )

),

judged as (

    select
        *,
        case
            when sign_of_request is not null then sign_of_request
            when is_known_connection then 'known_connection'
            when asked_at_most = 0 then 'no_request_counted'
            when asked_at_least = group_rows then 'all_counted'
            when asked_at_most is null then 'not_counted'
            else 'some_counted'
        end as evidence
    from in_groups

)

select
    campaign_id,
    campaign_lead_id,
    account_id,
    evidence,
    evidence in ('some_counted', 'not_counted') as is_undecided,
    case
        when evidence in ('seen_open', 'webhook', 'all_counted', 'not_counted') then true
        when evidence in ('known_connection', 'no_request_counted') then false
        else place_in_group <= asked_at_most
    end as is_asked,
    case
        when evidence in ('some_counted', 'not_counted')
            then md5(concat_ws('|', coalesce(account_id, ''), campaign_id, coalesce(cast(epoch_us(read_at) as varchar), '')))
    end as undecided_group,
    case when evidence in ('some_counted', 'not_counted') then group_rows end as group_rows,
    case when evidence in ('some_counted', 'not_counted') then asked_at_least end as group_asked_at_least,
    case when evidence in ('some_counted', 'not_counted') then coalesce(asked_at_most, group_rows) end as group_asked_at_most
from judged
