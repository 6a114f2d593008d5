{#- HeyReach's own counts against what the statuses of leads show: in total, and between each two readings. Statuses
    seen after the last reading of the counts wait for the next one. -#}

with increases as (

    select
        account_id,
        campaign_id,
        event,
        pull_id,
        previous_read_at,
        -- A condition with `or` in a left join would make DuckDB try every row with every other.
        coalesce(previous_read_at, {{ beginning() }}) as counted_from,
        read_at,
        sum(increase) as counted
    from {{ ref('int_provider_counts_read') }}
    group by account_id, campaign_id, event, pull_id, previous_read_at, read_at

),

sights as (

    select
        account_id,
        campaign_id,
        event,
        latest as seen_at,
        count(*) as seen
    from {{ ref('int_connection_first_sights') }}
    where is_asked
    group by account_id, campaign_id, event, latest

),

compared as (

    select
        increases.account_id,
        increases.campaign_id,
        increases.event,
        increases.pull_id,
        increases.previous_read_at,
        increases.read_at,
        cast(increases.counted as bigint) as counted_by_heyreach,
        cast(coalesce(sum(sights.seen), 0) as bigint) as seen_in_statuses
    from increases
    left join sights
        on increases.account_id = sights.account_id
        and increases.campaign_id = sights.campaign_id
        and increases.event = sights.event
        and sights.seen_at <= increases.read_at
        and sights.seen_at > increases.counted_from
    group by all

)

select
    *,
    sum(seen_in_statuses) over up_to > sum(counted_by_heyreach) over up_to as is_behind
from compared
window up_to as (partition by account_id, campaign_id, event order by read_at, pull_id rows between unbounded preceding and current row)
