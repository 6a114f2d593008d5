{#- Since when senders are kept from sending and campaigns are paused: since the first observation after the last one that
    showed it otherwise. -#}

with campaigns as (

    select
        observations.campaign_id,
        observations.observed_at,
        not (observations.is_present and campaign_statuses.waits_for_resuming) as is_otherwise
    from {{ ref('stg_heyreach__campaign_observations') }} as observations
    {{ join_status('campaign_statuses', 'observations.campaign_status') }}

),

last_otherwise as (

    select
        campaign_id,
        max(observed_at) filter (where is_otherwise) as observed_at
    from campaigns
    group by campaign_id

)

select
    'campaign_paused' as cause,
    'campaign' as dimension,
    campaigns.campaign_id as segment,
    min({{ utc_date('campaigns.observed_at') }}) as since
from campaigns
inner join last_otherwise on campaigns.campaign_id = last_otherwise.campaign_id
where campaigns.observed_at > last_otherwise.observed_at
    or last_otherwise.observed_at is null
group by campaigns.campaign_id
union all
select
    cause,
    'account',
    account_id,
    since
from {{ ref('fnd_sender_causes_dated') }}
