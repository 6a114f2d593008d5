with newest as (

    {{ newest_observations('account_campaign_days', ['account_id', 'campaign_id', 'stat_date']) }}

),

-- A day that HeyReach no longer counts anything for has lost its counts; the payload is the last one there was.
named as (

    select
        account_id,
        campaign_id,
        cast(stat_date as date) as activity_date,
        case when is_present then greatest(coalesce({{ payload_integer('connectionsSent') }}, 0), 0) else 0 end as connections_sent,
        case when is_present then greatest(coalesce({{ payload_integer('connectionsAccepted') }}, 0), 0) else 0 end as connections_accepted,
        first_observed_at,
        last_changed_at,
        payload
    from newest

)

select * from named
