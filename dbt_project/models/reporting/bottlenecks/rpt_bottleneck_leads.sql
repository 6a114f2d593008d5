{#- Whom a line of rpt_bottlenecks concerns, one by one: leads in campaigns, and rows of lists and files. -#}

with bottlenecks as (

    select * from {{ ref('rpt_bottlenecks') }}

),

connections as (

    select * from {{ ref('heyreach_connections') }}

),

rows_behind as (

    select
        rank,
        connection_id as lead_row_id,
        connection_id,
        null as lead_id,
        null as profile_url_raw,
        null as list_id,
        null as list_row_key,
        why
    from {{ ref('rpt_bottleneck_leads__connections') }}
    union all by name
    select
        bottlenecks.rank,
        lead_rows.* exclude (cause, tier, batch, source)
    from bottlenecks
    inner join {{ ref('rpt_bottleneck_leads__rows') }} as lead_rows
        on bottlenecks.cause = lead_rows.cause
        and bottlenecks.tier = lead_rows.tier
        and bottlenecks.segment = case bottlenecks.dimension when 'source' then lead_rows.source else lead_rows.batch end

)

select
    rows_behind.rank,
    rows_behind.lead_row_id,
    rows_behind.why,
    coalesce(in_campaigns.profile_url_raw, rows_behind.profile_url_raw, leads.linkedin_profile_url) as profile_url,
    coalesce(in_campaigns.first_name, in_lists.first_name) as first_name,
    coalesce(in_campaigns.last_name, in_lists.last_name) as last_name,
    leads.company_name,
    leads.title,
    {{ heyreach_link('connections.campaign_id') }} as heyreach_url,
    connections.campaign_id,
    connections.campaign_lead_id,
    connections.campaign_lead_status,
    connections.account_id,
    coalesce(connections.list_id, rows_behind.list_id) as list_id,
    coalesce(connections.source, leads.source) as source,
    coalesce(connections.source_list, leads.source_list) as source_list,
    coalesce(connections.icp, leads.icp) as icp,
    coalesce(connections.keywords, leads.keywords) as keywords,
    coalesce(connections.batch_id, leads.batch_id) as batch_id,
    coalesce(connections.company_region, leads.company_region) as company_region,
    leads.company_size,
    leads.company_industry,
    leads.lead_seniority,
    bottlenecks.as_of
from rows_behind
inner join bottlenecks on rows_behind.rank = bottlenecks.rank
left join connections on rows_behind.connection_id = connections.connection_id
left join {{ ref('heyreach_leads') }} as leads on coalesce(connections.lead_id, rows_behind.lead_id) = leads.lead_id
left join {{ ref('stg_heyreach__campaign_leads') }} as in_campaigns
    on connections.campaign_id = in_campaigns.campaign_id
    and connections.campaign_lead_id = in_campaigns.campaign_lead_id
left join {{ ref('stg_heyreach__list_leads') }} as in_lists
    on rows_behind.list_id = in_lists.list_id
    and rows_behind.list_row_key = in_lists.list_row_key
