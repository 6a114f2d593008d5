with observations as (

    select
        account_id,
        campaign_id,
        stat_date,
        observed_at,
        pull_id,
        content_hash,
        payload
    from {{ source('heyreach', 'account_campaign_days') }}
    where pull_id in (select pulls.pull_id from {{ ref('stg_operations__pulls') }} as pulls)

),

named as (

    select
        account_id,
        campaign_id,
        cast(stat_date as date) as activity_date,
        observed_at,
        pull_id,
        content_hash,
        greatest(coalesce({{ payload_integer('connectionsSent') }}, 0), 0) as connections_sent,
        greatest(coalesce({{ payload_integer('connectionsAccepted') }}, 0), 0) as connections_accepted
    from observations

)

-- Raw is at-least-once: the same observation may stand there twice.
select distinct * from named
