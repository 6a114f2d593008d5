{{ config(materialized='ephemeral') }}

with states_seen as (

    select
        unnest(from_json(account_ids, '["VARCHAR"]')) as account_id,
        campaign_id,
        {{ utc_date('observed_at') }} as observed_date,
        campaign_status,
        observed_at,
        pull_id
    from {{ ref('stg_heyreach__campaign_observations') }}

),

status_per_day as (

    select
        account_id,
        campaign_id,
        observed_date,
        arg_max(campaign_status, (observed_at, pull_id)) as campaign_status
    from states_seen
    group by account_id, campaign_id, observed_date

),

status_changes as (

    select *
    from status_per_day
    window each_campaign as (partition by account_id, campaign_id order by observed_date)
    qualify
        row_number() over each_campaign = 1
        or campaign_status is distinct from lag(campaign_status) over each_campaign

)

select
    account_id,
    campaign_id,
    campaign_status,
    observed_date as from_date,
    lead(observed_date) over (partition by account_id, campaign_id order by observed_date) as next_date
from status_changes
