{{ config(materialized='ephemeral') }}
{#- A limit that was lowered longer ago is what the operator wants. -#}
{%- set recent_days = 28 -%}

with observed as (

    select
        account_id,
        daily_request_limit,
        lead(observed_at) over (partition by account_id order by observed_at) as replaced_at
    from {{ ref('stg_heyreach__sender_account_observations') }}

),

seen as (

    select
        observed.account_id,
        max(observed.daily_request_limit) as highest,
        max(observed.daily_request_limit) filter (
            where coalesce(observed.replaced_at >= {{ days_after('run_parameters.as_of', -recent_days) }}, true)
        ) as highest_recently
    from observed
    cross join {{ ref('stg_operations__run_parameters') }} as run_parameters
    group by observed.account_id

),

accounts as (

    select * from {{ ref('heyreach_accounts') }}

),

usual as (

    select percentile_cont(0.5) within group (order by daily_request_limit) as daily_request_limit
    from accounts
    where is_listed and is_active and daily_request_limit > 0

)

select
    accounts.account_id,
    -- Its own, where it was lowered as far as a cap is; of whoever was never seen with more, that of the others.
    case
        when seen.highest > 0 and seen.highest >= accounts.daily_request_limit * {{ times_less() }} then seen.highest
        else greatest(coalesce(seen.highest, 0), coalesce(usual.daily_request_limit, 0))
    end as usual_daily_limit,
    seen.highest_recently as recent_daily_limit
from accounts
cross join usual
left join seen on accounts.account_id = seen.account_id
