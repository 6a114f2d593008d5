{#- What was known of each campaign lead, field by field: from the campaign's own list, then what an import sent,
    then any other list, then upstream files; and within that what was known when the request went out before
    what was learned later. -#}

with campaign_leads as (

    select
        campaign_leads.campaign_id,
        campaign_leads.campaign_lead_id,
        identified.lead_id,
        campaigns.list_id,
        -- Without a request nothing is settled yet: the newest state counts.
        coalesce(sent.latest, timestamptz '9999-01-01 00:00:00+00') as known_until,
        campaign_leads.heyreach_company_name,
        campaign_leads.heyreach_position,
        campaign_leads.heyreach_headline
    from {{ ref('stg_heyreach__campaign_leads') }} as campaign_leads
    inner join {{ ref('int_lead_rows_identified') }} as identified
        on identified.found_in = 'campaign'
        and campaign_leads.campaign_id = identified.container_id
        and campaign_leads.campaign_lead_id = identified.row_key
    left join {{ ref('stg_heyreach__campaigns') }} as campaigns
        on campaign_leads.campaign_id = campaigns.campaign_id
    left join {{ ref('int_connection_events_bounded') }} as sent
        on campaign_leads.campaign_id = sent.campaign_id
        and campaign_leads.campaign_lead_id = sent.campaign_lead_id
        and sent.event = 'sent'

),

evidence as (

    select * from {{ ref('int_lead_evidence') }}

),

ranked as (

    select
        campaign_leads.campaign_id,
        campaign_leads.campaign_lead_id,
        case
            when evidence.origin = 'list' and evidence.list_id = campaign_leads.list_id then 'campaign_list'
            when evidence.origin = 'list' then 'other_list'
            else evidence.origin
        end as origin,
        {%- for field in attribution_fields() %}
        evidence.{{ field }},
        {%- endfor %}
        evidence.heyreach_company_name,
        evidence.heyreach_position,
        evidence.heyreach_headline,
        evidence.is_superseded,
        row_number() over (
            partition by campaign_leads.campaign_id, campaign_leads.campaign_lead_id
            order by
                case
                    when evidence.origin = 'list' and evidence.list_id = campaign_leads.list_id then 0
                    when evidence.origin = 'import_ledger' and evidence.campaign_id = campaign_leads.campaign_id then 1
                    when evidence.origin = 'import_ledger' then 2
                    when evidence.origin = 'list' then 3
                    else 4
                end,
                case when evidence.observed_at < campaign_leads.known_until then 0 else 1 end,
                case when evidence.observed_at < campaign_leads.known_until then evidence.observed_at end desc,
                evidence.observed_at,
                evidence.list_id,
                evidence.row_key,
                evidence.content_hash
        ) as evidence_rank
    from campaign_leads
    inner join evidence on campaign_leads.lead_id = evidence.lead_id

),

resolved as (

    select
        campaign_id,
        campaign_lead_id,
        {%- for field in attribution_fields() %}
        {{ first_by(field, 'evidence_rank') }} as {{ field }},
        {%- endfor %}
        {{ first_by('heyreach_company_name', 'evidence_rank') }} as list_company_name,
        {{ first_by('heyreach_position', 'evidence_rank') }} as list_position,
        {{ first_by('heyreach_headline', 'evidence_rank') }} as list_headline,
        {{ first_by('case when source is not null then origin end', 'evidence_rank') }} as attribution_origin,
        count(distinct lower(source)) filter (where is_superseded is not true) > 1 as has_source_conflict
    from ranked
    group by campaign_id, campaign_lead_id

),

joined as (

    select
        campaign_leads.campaign_id,
        campaign_leads.campaign_lead_id,
        campaign_leads.lead_id,
        campaign_leads.list_id,
        {%- for field in attribution_fields() if field not in ('title', 'company_name') %}
        resolved.{{ field }},
        {%- endfor %}
        -- What came from upstream is preferred over what HeyReach read off the profile.
        coalesce(
            resolved.title,
            campaign_leads.heyreach_position,
            resolved.list_position,
            campaign_leads.heyreach_headline,
            resolved.list_headline
        ) as title,
        coalesce(resolved.company_name, campaign_leads.heyreach_company_name, resolved.list_company_name) as company_name,
        coalesce(resolved.attribution_origin, 'unknown') as attribution_origin,
        coalesce(resolved.has_source_conflict, false) as has_source_conflict
    from campaign_leads
    left join resolved
        on campaign_leads.campaign_id = resolved.campaign_id
        and campaign_leads.campaign_lead_id = resolved.campaign_lead_id

)

select
    joined.*,
    {{ missing_required_fields() }} as missing_attribution_fields
from joined
cross join {{ ref('stg_heyreach__run_parameters') }} as run_parameters
