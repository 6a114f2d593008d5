{#- How long each dated request took to be accepted, to be withdrawn, or has been open. Which requests are in here
    depends on their cohort date only, never on how they ended. What happened within the detection lag before the last time
    a request was followed may not be known yet, so everything is looked at as of that much earlier. -#}

with connections as (

    select
        *,
        -- An exact time where there is one, known to the second, else the bounds: lastActionTime may only be a bound.
        case when {{ seconds_after('connection_sent_at', 1) }} >= connection_sent_latest then connection_sent_at end as sent_exactly_at,
        case
            when {{ seconds_after('connection_accepted_at', 1) }} >= connection_accepted_latest then connection_accepted_at
        end as accepted_exactly_at
    from {{ ref('fnd_connections_described') }}
    where is_sent and sent_cohort_at is not null

),

sequences as (

    select * from {{ ref('stg_heyreach__campaign_sequences') }}

),

run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

measured as (

    select
        connections.*,
        case
            when not coalesce(sequences.is_never_withdrawn, false)
                then coalesce(sequences.withdrawal_days, run_parameters.expiry_days) * 24.0
        end as hours_until_withdrawal,
        {{ hours_between('connections.sent_cohort_at', 'connections.followed_until') }}
        - run_parameters.detection_lag_days * 24.0 as hours_watched,
        case
            when connections.is_accepted
                then greatest({{ hours_between('connections.connection_sent_latest', 'connections.connection_accepted_earliest') }}, 0)
        end as hours_earliest,
        case
            when connections.is_accepted
                then {{ hours_between('connections.connection_sent_earliest', 'connections.connection_accepted_latest') }}
        end as hours_latest,
        case
            when connections.is_accepted
                then greatest(
                    {{ hours_between(
                        'coalesce(connections.sent_exactly_at, connections.connection_sent_latest)',
                        'coalesce(connections.accepted_exactly_at, connections.connection_accepted_earliest)'
                    ) }},
                    0
                )
        end as spread_from,
        case
            when connections.is_accepted
                then {{ hours_between(
                    'coalesce(connections.sent_exactly_at, connections.connection_sent_earliest)',
                    'coalesce(connections.accepted_exactly_at, connections.connection_accepted_latest)'
                ) }}
        end as spread_to,
        run_parameters.detection_lag_days
    from connections
    left join sequences on connections.campaign_id = sequences.campaign_id
    cross join run_parameters

),

-- A second is the least that can be told apart, and keeps every interval one.
widened as (

    select
        * exclude (spread_to),
        greatest(spread_to, spread_from + 1 / 3600.0) as spread_to
    from measured

),

final as (

    select
        * exclude (hours_until_withdrawal),
        (spread_from + spread_to) / 2 as hours_estimated,
        case
            when is_accepted and (spread_from + spread_to) / 2 <= greatest(hours_watched, 0) then 1
            when not is_accepted and hours_until_withdrawal <= hours_watched then 2
            else 0
        end as outcome,
        case
            when is_accepted and (spread_from + spread_to) / 2 <= greatest(hours_watched, 0) then (spread_from + spread_to) / 2
            when not is_accepted and hours_until_withdrawal <= hours_watched then hours_until_withdrawal
            else greatest(hours_watched, 0)
        end as hours,
        is_in_time_to_accept as is_watched_30_days
    from widened

)

select * from final
