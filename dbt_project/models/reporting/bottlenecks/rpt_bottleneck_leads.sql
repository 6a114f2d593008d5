{#- Whom a line of rpt_bottlenecks concerns, one by one. Behind what holds up a sender or a campaign are those who wait there,
    whatever the cause; any other kind of cause is a part of `behind`, with a reason of lead_reasons(). -#}

{%- set of_request = {
    'campaign': "coalesce(connections.campaign_name, 'campaign ' || connections.campaign_id)",
    'since': 'connections.created_at',
    'sent': 'connections.sent_cohort_at',
    'window': 'connections.acceptance_window_days',
} %}

with bottlenecks as (

    select * from {{ ref('rpt_bottlenecks') }}

),

connections as (

    select
        described.*,
        campaigns.campaign_name,
        campaign_statuses.sends_to_waiting,
        coalesce(facts.mature_sent = 1, false) as is_judged,
        coalesce(facts.mature_accepted = 1, false) as is_judged_accepted,
        run_parameters.acceptance_window_days
    from {{ ref('fnd_connections_described') }} as described
    cross join {{ ref('stg_operations__run_parameters') }} as run_parameters
    inner join {{ ref('heyreach_campaigns') }} as campaigns on described.campaign_id = campaigns.campaign_id
    {{ join_status('campaign_statuses', 'campaigns.campaign_status') }}
    left join {{ ref('fnd_period_facts') }} as facts on described.connection_id = facts.connection_id

),

losing as (

    select * from bottlenecks
    where cause = 'low_acceptance'

),

in_losing as (

    {{ segment_memberships('connections', 'losing', ['segments.rank', 'facts.connection_id']) }}

),

behind as (

    select
        bottlenecks.rank,
        connections.connection_id,
        {{ lead_reason('waiting', of_request) }}
    from bottlenecks
    inner join connections
        on connections.is_waiting
        and (
            bottlenecks.dimension = 'campaign' and connections.campaign_id = bottlenecks.segment
            or bottlenecks.dimension = 'account' and connections.account_id = bottlenecks.segment
            and connections.sends_to_waiting
        )
    where bottlenecks.stage in ('queue', 'sending')
    {%- for reason, which in [
        ('waiting', 'is_waiting'),
        ('accepted', 'is_judged and connections.is_judged_accepted'),
        ('not_accepted', 'is_judged and not connections.is_judged_accepted'),
    ] %}
    union all
    select
        in_losing.rank,
        connections.connection_id,
        {{ lead_reason(reason, of_request) }}
    from in_losing
    inner join connections on in_losing.connection_id = connections.connection_id
    where connections.{{ which }}
    {%- endfor %}
    union all
    select
        bottlenecks.rank,
        unattributed.connection_id,
        {{ lead_reason('unattributed', {'fields': 'unattributed.missing_attribution_fields'}) }}
    from bottlenecks
    inner join {{ ref('rpt_bottlenecks__unattributed') }} as unattributed
        on bottlenecks.cause = 'attribution_loss'
        and bottlenecks.dimension = unattributed.line_dimension
        and bottlenecks.segment = unattributed.line_segment

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
    from behind
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
