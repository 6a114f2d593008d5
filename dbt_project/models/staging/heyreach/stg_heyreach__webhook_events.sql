{#- Payloads come in snake case, which is documented, and in a camel case that is seen now and then. -#}

with run_parameters as (

    select * from {{ ref('stg_heyreach__run_parameters') }}

),

webhook_events as (

    select webhook_events.*
    from {{ source('heyreach', 'webhook_events') }} as webhook_events
    cross join run_parameters
    where webhook_events.observed_at <= run_parameters.as_of

),

named as (

    select
        event_key,
        upper(regexp_replace(
            coalesce({{ payload_text('event_type') }}, {{ payload_text('eventType') }}),
            '([a-z])([A-Z])', '\1_\2', 'g'
        )) as event_type,
        {{ payload_timestamp('timestamp') }} as happened_at,
        {{ payload_text('campaign.id') }} as campaign_id,
        {{ payload_text('sender.id') }} as account_id,
        coalesce(
            {{ payload_text('lead.profile_url') }},
            {{ payload_text('lead.profileUrl') }},
            {{ payload_text('leadProfile.profileUrl') }},
            {{ payload_text('leadProfile.linkedInUrl') }}
        ) as profile_url_raw,
        coalesce({{ payload_text('correlation_id') }}, {{ payload_text('correlationId') }}) as correlation_id,
        observed_at,
        payload
    from webhook_events

),

-- An event without a readable time stays, so that it is seen to be missing one.
happened as (

    select named.*
    from named
    cross join run_parameters
    where named.happened_at is null or named.happened_at <= run_parameters.as_of

),

-- Each event is delivered at least once, each delivery loaded at least once: the one landed first counts. Type and
-- lead are compared too, so that an id that several events share hides none of them.
distinct_deliveries as (

    select *
    from happened
    qualify row_number() over (
        partition by event_type, profile_url_raw, coalesce(correlation_id, event_key)
        order by observed_at, event_key
    ) = 1

),

-- A second webhook for the same event gives it another id, and some payloads have none.
distinct_events as (

    select *
    from distinct_deliveries
    qualify row_number() over (
        partition by
            event_type, campaign_id, account_id, profile_url_raw, happened_at,
            case when event_type is null or profile_url_raw is null or happened_at is null then event_key end
        order by observed_at, event_key
    ) = 1

)

select
    event_key,
    event_type,
    happened_at,
    campaign_id,
    account_id,
    profile_url_raw,
    correlation_id,
    observed_at,
    payload
from distinct_events
