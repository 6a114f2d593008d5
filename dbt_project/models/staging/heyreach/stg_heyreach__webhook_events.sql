{#- What a receiver saved is one payload, several in an array, or a relay's `{"headers": .., "body": ..}` around either, its
    body an object or JSON text. Payloads come in snake case, which is documented, and in others that are seen now and
    then: below, the places in which a thing was seen, the likeliest first. -#}
{%- set event_types = ['event_type', 'eventType'] -%}
{%- set timestamps = ['timestamp', 'timeStamp', 'event_timestamp', 'eventTimestamp'] -%}
{%- set campaign_ids = ['campaign.id', 'campaign.campaign_id', 'campaign.campaignId', 'campaign_id', 'campaignId'] -%}
{%- set account_ids = [
    'sender.linkedInAccount.id', 'sender.linked_in_account.id', 'sender.linkedin_account.id', 'sender.linkedInAccountId',
    'sender.linkedin_account_id', 'sender.id', 'linkedInSenderId', 'linkedInAccountId', 'linkedin_account_id', 'senderId',
    'sender_id', 'senderAccountId', 'sender_account_id', 'accountId', 'account_id',
] -%}
{%- set profile_urls = [
    'lead.profile_url', 'lead.profileUrl', 'lead.linkedin_url', 'lead.linkedInUrl', 'lead.linkedInProfileUrl',
    'leadProfile.profileUrl', 'leadProfile.profile_url', 'leadProfile.linkedInUrl', 'lead_profile.profile_url',
    'leadProfileUrl', 'lead_profile_url', 'profileUrl', 'profile_url',
] -%}
{%- set lead_ids = [
    'lead.linkedin_id', 'lead.linkedInId', 'lead.linkedinId', 'lead.id', 'lead.linkedInUserProfileId', 'lead.leadMemberId',
    'leadProfile.linkedin_id', 'leadProfile.linkedInId', 'leadProfile.id', 'leadMemberId', 'leadLinkedInId',
] -%}

with run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

lines as (

    select webhook_events.*
    from {{ source('heyreach', 'webhook_events') }} as webhook_events
    cross join run_parameters
    where webhook_events.observed_at <= run_parameters.as_of

),

items as (

    select
        * exclude (payload),
        unnest({{ json_items('payload') }}) as payload,
        unnest(range(len({{ json_items('payload') }}))) as place
    from lines

),

bodies as (

    select
        * replace (
            case
                when {{ first_payload_text(event_types) }} is not null then payload
                when json_type(payload, '$.body') in ('OBJECT', 'ARRAY') then payload -> '$.body'
                else coalesce(try_cast(payload ->> '$.body' as json), payload)
            end as payload
        )
    from items

),

webhook_events as (

    select
        * exclude (payload),
        unnest({{ json_items('payload') }}) as payload,
        unnest(range(len({{ json_items('payload') }}))) as place_in_body
    from bodies

),

named as (

    select
        event_key || case when place + place_in_body > 0 then '/' || place || '.' || place_in_body else '' end as event_key,
        file_name,
        upper(regexp_replace(
            regexp_replace({{ first_payload_text(event_types) }}, '([a-z])([A-Z])', '\1_\2', 'g'), '[ -]', '_', 'g'
        )) as event_type,
        {{ first_payload_text(timestamps) }} as happened_at_text,
        {{ first_payload_text(campaign_ids) }} as campaign_id,
        {{ first_payload_text(account_ids) }} as account_id,
        {{ first_payload_text(profile_urls) }} as profile_url_raw,
        {{ payload_texts(lead_ids) }} as lead_ids,
        {{ first_payload_text(['correlation_id', 'correlationId']) }} as correlation_id,
        observed_at,
        payload
    from webhook_events

),

dated as (

    select
        *,
        {{ event_time('happened_at_text') }} as happened_at,
        {{ event_time_precision('happened_at_text') }} as happened_at_precision_seconds,
        coalesce(profile_url_raw, lead_ids[1]) as lead
    from named

),

-- An event without a readable time stays, so that it is seen to be missing one.
happened as (

    select dated.*
    from dated
    cross join run_parameters
    where dated.happened_at is null or dated.happened_at <= run_parameters.as_of

),

-- Each event is delivered at least once, each delivery loaded at least once: the one landed first counts. Type and
-- lead are compared too, so that an id that several events share hides none of them.
distinct_deliveries as (

    select *
    from happened
    qualify row_number() over (
        partition by event_type, lead, coalesce(correlation_id, event_key)
        order by observed_at, event_key
    ) = 1

),

-- A second webhook for the same event gives it another id, and some payloads have none.
distinct_events as (

    select *
    from distinct_deliveries
    qualify row_number() over (
        partition by
            event_type, campaign_id, account_id, lead, happened_at,
            case when event_type is null or lead is null or happened_at is null then event_key end
        order by observed_at, event_key
    ) = 1

)

select
    event_key,
    event_type,
    happened_at,
    happened_at_text,
    happened_at_precision_seconds,
    campaign_id,
    account_id,
    profile_url_raw,
    lead_ids,
    correlation_id,
    file_name,
    observed_at,
    payload
from distinct_events
