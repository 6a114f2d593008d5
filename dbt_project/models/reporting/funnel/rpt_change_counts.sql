{{ config(materialized='ephemeral') }}

with periods as (

    select * from {{ ref('rpt_periods_compared') }}

),

imported as (

    select
        count(*) filter (where leads.imported_at < periods.since) as imported_before,
        count(*) filter (where leads.imported_at >= periods.since) as imported_now
    from {{ ref('heyreach_leads') }} as leads
    cross join periods
    where leads.is_valid_profile_url
        and {{ is_in_compared_periods('leads.imported_at') }}

),

enrolled as (

    select
        count(*) filter (where connections.created_at < periods.since) as enrolled_before,
        count(*) filter (where connections.created_at >= periods.since) as enrolled_now
    from {{ ref('heyreach_connections') }} as connections
    cross join periods
    where {{ is_in_compared_periods('connections.created_at') }}

),

requests as (

    select
        count(*) filter (where not is_now) as sent_before,
        count(*) filter (where is_now) as sent_now,
        coalesce(sum(accepted) filter (where not is_now), 0) as accepted_before,
        coalesce(sum(accepted) filter (where is_now), 0) as accepted_now
    from {{ ref('rpt_change_requests') }}

)

select *
from imported
cross join enrolled
cross join requests
