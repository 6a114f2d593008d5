{#- Which campaign lead each connection event is about: by its profile URL in any spelling; else by an id, or a URL that is
    one, where exactly one lead of the campaign has it. -#}

with webhook_events as (

    select
        *,
        case event_type
            when 'CONNECTION_REQUEST_SENT' then 'sent'
            when 'CONNECTION_REQUEST_ACCEPTED' then 'accepted'
        end as event
    from {{ ref('stg_heyreach__webhook_events') }}
    where event_type in ('CONNECTION_REQUEST_SENT', 'CONNECTION_REQUEST_ACCEPTED')

),

campaign_leads as (

    select
        campaign_leads.campaign_id,
        campaign_leads.campaign_lead_id,
        campaign_leads.linkedin_id,
        campaign_leads.linkedin_member_id,
        urls.normalized_profile_url
    from {{ ref('stg_heyreach__campaign_leads') }} as campaign_leads
    left join {{ ref('int_profile_urls_normalized') }} as urls
        on campaign_leads.profile_url_raw = urls.profile_url_raw

),

campaigns as (

    select distinct campaign_id from campaign_leads

),

events as (

    select
        webhook_events.*,
        urls.normalized_profile_url,
        urls.profile_url_kind
    from webhook_events
    left join {{ ref('int_profile_urls_normalized') }} as urls
        on webhook_events.profile_url_raw = urls.profile_url_raw

),

by_url as (

    select
        events.event_key,
        campaign_leads.campaign_lead_id
    from events
    inner join campaign_leads
        on events.campaign_id = campaign_leads.campaign_id
        and events.normalized_profile_url = campaign_leads.normalized_profile_url

),

ids_of_events as (

    select event_key, campaign_id, unnest(lead_ids) as lead_id_text
    from events
    union
    select event_key, campaign_id, regexp_extract(normalized_profile_url, '[^/]+$') as lead_id_text
    from events
    where profile_url_kind = 'member_id'

),

ids_of_leads as (

    select campaign_id, campaign_lead_id, linkedin_id as lead_id_text
    from campaign_leads
    where linkedin_id is not null
    union
    select campaign_id, campaign_lead_id, linkedin_member_id
    from campaign_leads
    where linkedin_member_id is not null

),

by_id as (

    select
        ids_of_events.event_key,
        min(ids_of_leads.campaign_lead_id) as campaign_lead_id
    from ids_of_events
    inner join ids_of_leads
        on ids_of_events.campaign_id = ids_of_leads.campaign_id
        and ids_of_events.lead_id_text = ids_of_leads.lead_id_text
    where ids_of_events.event_key not in (select by_url.event_key from by_url)
    group by ids_of_events.event_key
    having count(distinct ids_of_leads.campaign_lead_id) = 1

),

matched as (

    select * from by_url
    union all
    select * from by_id

)

select
    events.event_key,
    events.event,
    events.campaign_id,
    matched.campaign_lead_id,
    events.account_id,
    events.happened_at,
    events.happened_at_text,
    events.happened_at_precision_seconds,
    events.file_name,
    case
        when events.happened_at_text is null then 'no time'
        when events.happened_at is null then 'a time that can''t be read'
        when events.campaign_id is null then 'no campaign'
        when campaigns.campaign_id is null then 'a campaign that isn''t known here'
        when events.profile_url_raw is null and len(events.lead_ids) = 0 then 'no lead'
        when matched.campaign_lead_id is null then 'a lead that isn''t in that campaign'
    end as problem
from events
left join matched on events.event_key = matched.event_key
left join campaigns on events.campaign_id = campaigns.campaign_id
