{{ config(materialized='ephemeral') }}

with observations as (

    select
        *,
        {{ utc_date('observed_at') }} as observed_date
    from {{ ref('stg_heyreach__sender_account_observations') }}

),

first_sights as (

    select *
    from observations
    qualify row_number() over (partition by account_id order by observed_at, pull_id) = 1

),

last_of_days as (

    select *
    from observations
    qualify row_number() over (partition by account_id, observed_date order by observed_at desc, pull_id) = 1

)

-- Before the first sight a sender is taken to have been as it was seen then.
select
    account_id,
    is_present,
    is_auth_valid,
    is_in_request_cooldown,
    daily_request_limit,
    {{ utc_date("timestamptz '1970-01-01 00:00:00+00'") }} as from_date,
    observed_date as next_date
from first_sights
union all
select
    account_id,
    is_present,
    is_auth_valid,
    is_in_request_cooldown,
    daily_request_limit,
    observed_date as from_date,
    lead(observed_date) over (partition by account_id order by observed_date) as next_date
from last_of_days
