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

growth as (

    select * from {{ ref('int_provider_counts_read') }}

),

-- By time, whatever order a clock that is set back would give them: no lead is seen between two pairs of readings.
readings as (

    select
        account_id,
        campaign_id,
        read_at,
        lag(read_at) over each_pair as previous_read_at,
        -- A condition with `or` in a join would make DuckDB try every row with every other.
        coalesce(lag(read_at) over each_pair, {{ utc_midnight("date '1970-01-01'") }}) as counted_from,
        lag(read_at, 2) over each_pair as read_before_previous
    from (
        select distinct account_id, campaign_id, read_at
        from growth
    ) as distinct_readings
    window each_pair as (partition by account_id, campaign_id order by read_at)

),

first_readings_of_whole_days as (

    select
        growth.account_id,
        growth.campaign_id,
        growth.activity_date,
        min(readings.read_at) as read_at
    from growth
    inner join readings
        on growth.account_id = readings.account_id
        and growth.campaign_id = readings.campaign_id
        and readings.read_at >= {{ days_after(utc_midnight('growth.activity_date'), 1) }}
    group by growth.account_id, growth.campaign_id, growth.activity_date

),

-- A day that grows after it was over was counted late: its growth belongs to the first reading after it. What is taken
-- back afterwards says nothing of who was asked.
counted as (

    select
        growth.account_id,
        growth.campaign_id,
        case
            when growth.activity_date < {{ utc_date('growth.previous_read_at') }} then first_readings_of_whole_days.read_at
            else growth.read_at
        end as read_at,
        sum(growth.increase) filter (where growth.event = 'sent') as sent,
        sum(growth.increase) filter (where growth.event = 'accepted') as accepted
    from growth
    left join first_readings_of_whole_days
        on growth.account_id = first_readings_of_whole_days.account_id
        and growth.campaign_id = first_readings_of_whole_days.campaign_id
        and growth.activity_date = first_readings_of_whole_days.activity_date
    where growth.increase > 0
        or growth.previous_read_at is null
        or growth.activity_date >= {{ utc_date('growth.previous_read_at') }}
    group by all

),

sights as (

    select account_id, campaign_id, seen_sent_at as seen_at, earliest, 'asked_sent' as what from requests where sign_of_request is not null
    union all
    select account_id, campaign_id, seen_accepted_at, earliest, 'asked_accepted' from requests where sign_of_request is not null and seen_accepted_at is not null
    union all
    select account_id, campaign_id, seen_accepted_at, earliest, 'undecided' from requests where sign_of_request is null and not is_known_connection

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
        readings.account_id,
        readings.campaign_id,
        readings.read_at,
        readings.previous_read_at,
        readings.counted_from,
        readings.read_before_previous,
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
        seen.*,
        coalesce(counted.sent, 0) as counted_sent,
        coalesce(counted.accepted, 0) as counted_accepted,
        coalesce(counted.sent, 0) - seen.asked_sent as left_of_sent,
        coalesce(counted.accepted, 0) - seen.asked_accepted as left_of_accepted,
        sum(seen.asked_sent) over pair as all_asked_sent,
        sum(seen.asked_accepted) over pair as all_asked_accepted,
        sum(coalesce(counted.sent, 0)) over pair as all_counted_sent,
        sum(coalesce(counted.accepted, 0)) over pair as all_counted_accepted
    from seen
    left join counted
        on seen.account_id = counted.account_id
        and seen.campaign_id = counted.campaign_id
        and seen.read_at = counted.read_at
    window pair as (partition by seen.account_id, seen.campaign_id)

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
        coalesce(removals.hours_until_removed <= coalesce({{ hours_between('compared.previous_read_at', 'compared.read_at') }}, 1e9), false) as may_count_others,
        -- Counts that lack what was seen for certain prove nothing; nor do those between two readings for leads that were
        -- missing from the read before.
        (
            all_asked_sent > all_counted_sent and not {{ fits_provider_count('all_asked_sent', 'all_counted_sent') }}
        )
        or (
            all_asked_accepted > all_counted_accepted and not {{ fits_provider_count('all_asked_accepted', 'all_counted_accepted') }}
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
