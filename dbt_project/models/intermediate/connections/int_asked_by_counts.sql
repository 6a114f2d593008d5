{#- How many of the leads that were first seen as accepted were asked, by HeyReach's own counts: by sender, campaign and
    time between two readings of the counts. What the counts hold beyond the requests that are known otherwise is left
    for them, and the smaller of what is left of requests and of acceptances counts: a request may have been withdrawn,
    or its lead deleted, before anybody saw it, and neither makes an acceptance. Where leads are seen to be taken out of a
    campaign after they accepted, others may have been before anybody saw them: then the counts between readings that lie
    further apart than that takes, and those of the time before the first one, are of them, too. Where rows come to show
    another sender than the one that sent, the first reading finds some like that: there the counts of all senders of the
    campaign decide. -#}

with requests as (

    select * from {{ ref('int_connection_requests') }}

),

readings as (

    select * from {{ ref('int_provider_readings') }}

),

sights as (

    select account_id, campaign_id, seen_sent_at as seen_at, earliest, 'asked_sent' as what
    from requests
    where sign_of_request is not null
    union all
    select account_id, campaign_id, seen_accepted_at, earliest, 'asked_accepted'
    from requests
    where sign_of_request is not null and seen_accepted_at is not null
    union all
    select account_id, campaign_id, seen_accepted_at, earliest, 'undecided'
    from requests
    where sign_of_request is null and not is_known_connection

),

sights_by_time as (

    select
        account_id,
        campaign_id,
        seen_at,
        count(*) filter (where what = 'asked_sent') as asked_sent,
        count(*) filter (where what = 'asked_accepted') as asked_accepted,
        count(*) filter (where what = 'undecided') as undecided,
        min(earliest) filter (where what = 'undecided') as undecided_from
    from sights
    where account_id is not null
    group by account_id, campaign_id, seen_at

),

seen as (

    select
        readings.*,
        coalesce(sum(sights_by_time.asked_sent), 0) as asked_sent,
        coalesce(sum(sights_by_time.asked_accepted), 0) as asked_accepted,
        coalesce(sum(sights_by_time.undecided), 0) as undecided,
        min(sights_by_time.undecided_from) as undecided_from
    from readings
    left join sights_by_time
        on readings.account_id = sights_by_time.account_id
        and readings.campaign_id = sights_by_time.campaign_id
        and sights_by_time.seen_at <= readings.read_at
        and sights_by_time.seen_at > readings.counted_from
    group by all

),

compared as (

    select
        *,
        counted_sent - asked_sent as left_of_sent,
        counted_accepted - asked_accepted as left_of_accepted,
        sum(asked_sent) over pair as all_asked_sent,
        sum(asked_accepted) over pair as all_asked_accepted,
        sum(counted_sent) over pair as all_counted_sent,
        sum(counted_accepted) over pair as all_counted_accepted
    from seen
    window pair as (partition by account_id, campaign_id)

),

-- How soon after they were seen to accept leads are taken out of a campaign.
removals as (

    select
        campaign_id,
        min({{ hours_between('seen_accepted_at', 'vanished_at') }}) as hours_until_removed
    from requests
    where vanished_at is not null
    group by campaign_id

),

campaigns_with_moves as (

    select distinct campaign_id
    from requests
    where shows_other_sender_later

),

erased as (

    select
        account_id,
        campaign_id,
        max(requests) as requests
    from {{ ref('int_erased_requests') }}
    group by account_id, campaign_id

),

by_campaign as (

    select
        compared.campaign_id,
        least(sum(compared.left_of_sent), sum(compared.left_of_accepted)) as left_over,
        sum(compared.undecided) as undecided_in_campaign
    from compared
    inner join campaigns_with_moves on compared.campaign_id = campaigns_with_moves.campaign_id
    where compared.previous_read_at is null
    group by compared.campaign_id

),

-- What was counted between the reading of the leads and that of the counts shows in the leads of the next pull.
with_surplus as (

    select
        compared.*,
        coalesce(erased.requests, 0) as erased,
        case when compared.previous_read_at is null then by_campaign.left_over end as left_in_campaign,
        by_campaign.undecided_in_campaign,
        coalesce(
            removals.hours_until_removed
            <= coalesce({{ hours_between('compared.previous_read_at', 'compared.read_at') }}, 1e9),
            false
        ) as may_count_others,
        -- Counts that lack what was seen for certain prove nothing; nor do those between two readings for leads that were
        -- missing from the read before.
        (
            all_asked_sent > all_counted_sent
            and not {{ fits_provider_count('all_asked_sent', 'all_counted_sent') }}
        )
        or (
            all_asked_accepted > all_counted_accepted
            and not {{ fits_provider_count('all_asked_accepted', 'all_counted_accepted') }}
        )
        or coalesce(undecided_from <= read_before_previous, false) as is_without_proof,
        greatest(coalesce(lag(left_of_sent - undecided) over readings_in_order, 0), 0) as sent_before,
        greatest(coalesce(lag(left_of_accepted - undecided) over readings_in_order, 0), 0) as accepted_before
    from compared
    left join erased
        on compared.account_id = erased.account_id
        and compared.campaign_id = erased.campaign_id
    left join removals on compared.campaign_id = removals.campaign_id
    left join by_campaign on compared.campaign_id = by_campaign.campaign_id
    window readings_in_order as (partition by compared.account_id, compared.campaign_id order by compared.read_at)

)

select
    account_id,
    campaign_id,
    previous_read_at,
    counted_from,
    read_at,
    cast(undecided as bigint) as first_seen_accepted,
    cast(case
        when is_without_proof or may_count_others then 0
        when left_in_campaign is not null then case when left_in_campaign >= undecided_in_campaign then undecided else 0 end
        when least(left_of_sent, left_of_accepted) >= undecided then undecided
        else greatest(least(left_of_sent, left_of_accepted) - erased, 0)
    end as bigint) as asked_at_least,
    cast(case
        when is_without_proof then undecided
        when left_in_campaign is not null then case when left_in_campaign > 0 then undecided else 0 end
        else least(greatest(least(left_of_sent + sent_before, left_of_accepted + accepted_before), 0), undecided)
    end as bigint) as asked_at_most
from with_surplus
