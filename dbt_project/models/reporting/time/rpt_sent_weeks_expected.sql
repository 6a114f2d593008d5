{{ config(materialized='ephemeral') }}

{#- What open requests may still bring, by how long others took. -#}

with open_requests as (

    select
        {{ utc_week('sent_cohort_at') }} as sent_week,
        hours
    from {{ ref('fnd_acceptance_times') }}
    where outcome = 0

),

incidence as (

    select * from {{ ref('fnd_acceptance_incidence') }}

),

-- What is known of others: accepted within 30 days, and what share was accepted or withdrawn by the same age.
final_share as (

    select coalesce(max(share_accepted) filter (where hours <= {{ 24 * time_to_accept_days() | int }}), 0) as share_accepted
    from incidence

),

-- Shares only grow, so the greatest up to an age is the one at that age.
ages as (

    select
        sent_week,
        coalesce(max(share_accepted) over up_to, 0) as share_accepted_by_then,
        coalesce(max(share_withdrawn) over up_to, 0) as share_withdrawn_by_then
    from (
        select hours, 0 as comes_second, share_accepted, share_withdrawn, cast(null as date) as sent_week from incidence
        union all
        select hours, 1 as comes_second, null, null, sent_week from open_requests
    ) as timeline
    window up_to as (order by hours, comes_second rows between unbounded preceding and current row)

)

select
    ages.sent_week,
    sum(
        greatest(final_share.share_accepted - ages.share_accepted_by_then, 0)
        / nullif(1 - ages.share_accepted_by_then - ages.share_withdrawn_by_then, 0)
    ) as still_to_come
from ages
cross join final_share
where ages.sent_week is not null
group by ages.sent_week
