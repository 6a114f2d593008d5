with newest as (

    {{ newest_observations('account_campaign_days', ['account_id', 'campaign_id', 'stat_date']) }}

),

named as (

    select
        account_id,
        campaign_id,
        cast(stat_date as date) as activity_date,
        greatest(coalesce({{ payload_integer('connectionsSent') }}, 0), 0) as connections_sent,
        greatest(coalesce({{ payload_integer('connectionsAccepted') }}, 0), 0) as connections_accepted,
        first_observed_at,
        last_changed_at,
        payload
    from newest

)

select * from named
