{#- Whom each webhook about messages, replies and tags is of: by the profile URL in any spelling; else by an id that exactly one lead has.
    -#}

with webhook_events as (

    select * from {{ ref('stg_heyreach__webhook_events') }}
    where event_type in (
        '{{ reply_event_types() | map(attribute="name") | join("', '") }}', '{{ tag_event_types() | join("', '") }}',
        '{{ message_event_types() | join("', '") }}'
    )

),

identified as (

    select * from {{ ref('int_lead_rows_identified') }}

),

by_url as (

    select
        webhook_events.event_key,
        {{ lead_id('urls.normalized_profile_url', 'null', 'null') }} as lead_id
    from webhook_events
    inner join {{ ref('int_profile_urls_normalized') }} as urls on webhook_events.profile_url_raw = urls.profile_url_raw
    where urls.normalized_profile_url in (select identified.normalized_profile_url from identified)

),

ids_of_leads as (

    select
        identified.lead_id,
        unnest([campaign_leads.linkedin_id, campaign_leads.linkedin_member_id]) as lead_id_text
    from {{ ref('stg_heyreach__campaign_leads') }} as campaign_leads
    inner join identified
        on identified.found_in = 'campaign'
        and campaign_leads.campaign_id = identified.container_id
        and campaign_leads.campaign_lead_id = identified.row_key
    where exists (select 1 from webhook_events)

),

by_id as (

    select
        ids_of_events.event_key,
        min(ids_of_leads.lead_id) as lead_id
    from (select event_key, unnest(lead_ids) as lead_id_text from webhook_events) as ids_of_events
    inner join ids_of_leads on ids_of_events.lead_id_text = ids_of_leads.lead_id_text
    where ids_of_events.event_key not in (select by_url.event_key from by_url)
    group by ids_of_events.event_key
    having count(distinct ids_of_leads.lead_id) = 1

),

matched as (

    select * from by_url
    union all
    select * from by_id

)

select
    webhook_events.event_key,
    webhook_events.event_type,
    matched.lead_id,
    webhook_events.campaign_id,
    webhook_events.account_id,
    webhook_events.happened_at,
    webhook_events.happened_at_precision_seconds,
    case webhook_events.event_type
        {%- for type, tag in tag_event_types().items() if tag %}
        when '{{ type }}' then ['{{ tag }}']
        {%- endfor %}
        else {{ json_names(first_json(['lead.tags', 'lead.tag', 'leadProfile.tags', 'tags', 'tag'])) }}
    end as tags
from webhook_events
inner join matched on webhook_events.event_key = matched.event_key
where webhook_events.happened_at is not null
