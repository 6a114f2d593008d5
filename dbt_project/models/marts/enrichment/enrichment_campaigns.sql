{#- HeyReach's answer doesn't tell when a person was first written to: the request is the one that the warehouse saw itself. -#}

with answers as (

    select
        lead_id,
        answered_at,
        unnest({{ json_items('cast(value as json)') }}) as campaign
    from {{ ref('int_enrichment_values') }}
    where field = 'campaign_history'
        and is_chosen

),

told as (

    select
        lead_id,
        {{ payload_text('campaign_id', 'campaign') }} as campaign_id,
        {{ payload_text('campaign_name', 'campaign') }} as campaign_name,
        {{ payload_text('campaign_status', 'campaign') }} as campaign_status,
        {{ payload_text('lead_status', 'campaign') }} as campaign_lead_status,
        {{ payload_timestamp('enrolled_at', 'campaign') }} as enrolled_at,
        answered_at
    from answers

),

campaigns as (

    select distinct on (lead_id, campaign_id) *
    from told
    where campaign_id is not null
    order by lead_id, campaign_id, enrolled_at nulls last

),

first_requests as (

    select distinct on (lead_id, campaign_id)
        lead_id,
        campaign_id,
        connection_sent_at,
        connection_sent_earliest,
        connection_sent_latest,
        connection_sent_method
    from {{ ref('heyreach_connections') }}
    where is_sent
    order by lead_id, campaign_id, connection_sent_latest, connection_id

),

run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

final as (

    select
        md5(campaigns.lead_id || ':' || campaigns.campaign_id) as enrichment_campaign_id,
        campaigns.lead_id,
        campaigns.campaign_id,
        campaigns.campaign_name,
        campaigns.campaign_status,
        campaigns.campaign_lead_status,
        campaigns.enrolled_at,
        first_requests.connection_sent_at as first_contact_at,
        first_requests.connection_sent_earliest as first_contact_earliest,
        first_requests.connection_sent_latest as first_contact_latest,
        first_requests.connection_sent_method as first_contact_method,
        campaigns.answered_at,
        run_parameters.as_of
    from campaigns
    left join first_requests
        on campaigns.lead_id = first_requests.lead_id
        and campaigns.campaign_id = first_requests.campaign_id
    cross join run_parameters

)

select * from final
