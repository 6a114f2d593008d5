{#- What was known of campaign leads at moments, field by field: from the list the campaign had when the request went out, then
    from what was known by then (what an import sent, any other list, upstream files), then from what was learned later, up to the moment.
    So what is supplied later fills what was unknown, and replaces nothing. CTEs, of which `attributed` has a row for each row of the CTE
    `moments` (campaign_id, campaign_lead_id, moment). -#}
{% macro connections_attributed() -%}
requested as (

    select
        campaign_leads.campaign_id,
        campaign_leads.campaign_lead_id,
        identified.lead_id,
        moments.moment,
        -- Without a request nothing is settled yet: the newest state counts.
        case when sent.latest > moments.moment then moments.moment else coalesce(sent.earliest, sent.latest, moments.moment) end
        as known_from,
        case when sent.latest <= moments.moment then sent.latest else {{ ending() }} end as known_until,
        campaign_leads.heyreach_company_name,
        campaign_leads.heyreach_position,
        campaign_leads.heyreach_headline
    from {{ ref('stg_heyreach__campaign_leads') }} as campaign_leads
    inner join moments
        on campaign_leads.campaign_id = moments.campaign_id
        and campaign_leads.campaign_lead_id = moments.campaign_lead_id
    inner join {{ ref('int_lead_rows_identified') }} as identified
        on identified.found_in = 'campaign'
        and campaign_leads.campaign_id = identified.container_id
        and campaign_leads.campaign_lead_id = identified.row_key
    left join {{ ref('int_connection_events_bounded') }} as sent
        on campaign_leads.campaign_id = sent.campaign_id
        and campaign_leads.campaign_lead_id = sent.campaign_lead_id
        and sent.event = 'sent'

),

evidence as (

    select * from {{ ref('int_lead_evidence') }}

),

list_memberships as (

    select distinct lead_id, list_id
    from evidence
    where origin = 'list'

),

-- Where the list was exchanged between the two reads the request lies in, it is the one the lead stands in, else the
-- earlier one.
campaign_leads as (

    select
        requested.*,
        case
            when then_list.list_id is not distinct from list_until.list_id or in_then_list.lead_id is not null then then_list.list_id
            when in_list_until.lead_id is not null then list_until.list_id
            else then_list.list_id
        end as list_id
    from requested
    left join {{ ref('int_campaign_lists') }} as then_list
        on requested.campaign_id = then_list.campaign_id
        and requested.known_from >= then_list.seen_from
        and requested.known_from < then_list.seen_until
    left join {{ ref('int_campaign_lists') }} as list_until
        on requested.campaign_id = list_until.campaign_id
        and least(requested.known_until, requested.moment) >= list_until.seen_from
        and least(requested.known_until, requested.moment) < list_until.seen_until
    left join list_memberships as in_then_list
        on requested.lead_id = in_then_list.lead_id
        and then_list.list_id = in_then_list.list_id
    left join list_memberships as in_list_until
        on requested.lead_id = in_list_until.lead_id
        and list_until.list_id = in_list_until.list_id

),

ranked as (

    select
        campaign_leads.campaign_id,
        campaign_leads.campaign_lead_id,
        campaign_leads.moment,
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
            partition by campaign_leads.campaign_id, campaign_leads.campaign_lead_id, campaign_leads.moment
            order by
                -- The campaign's own list was there when it was taken up, also where it was read a little later.
                case
                    when evidence.origin = 'list' and evidence.list_id = campaign_leads.list_id then 0
                    when evidence.observed_at < campaign_leads.known_until then 1
                    else 2
                end,
                case
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
    inner join evidence on campaign_leads.lead_id = evidence.lead_id and evidence.observed_at <= campaign_leads.moment

),

resolved as (

    select
        campaign_id,
        campaign_lead_id,
        moment,
        {%- for field in attribution_fields() %}
        {{ first_by(field, 'evidence_rank') }} as {{ field }},
        {%- endfor %}
        {{ first_by('heyreach_company_name', 'evidence_rank') }} as list_company_name,
        {{ first_by('heyreach_position', 'evidence_rank') }} as list_position,
        {{ first_by('heyreach_headline', 'evidence_rank') }} as list_headline,
        {{ first_by('case when source is not null then origin end', 'evidence_rank') }} as attribution_origin,
        count(distinct lower(source)) filter (where is_superseded is not true) > 1 as has_source_conflict
    from ranked
    group by campaign_id, campaign_lead_id, moment

),

attributed as (

    select
        campaign_leads.campaign_id,
        campaign_leads.campaign_lead_id,
        campaign_leads.moment,
        campaign_leads.lead_id,
        campaign_leads.list_id,
        -- What came from upstream is preferred over what HeyReach read off the profile.
        {%- for entry in custom_field_catalogue() %}
        {%- if entry.else is defined %}
        coalesce(
            resolved.{{ entry.name }}
            {%- for field in entry.else %},
            campaign_leads.heyreach_{{ field }},
            resolved.list_{{ field }}
            {%- endfor %}
        ) as {{ entry.name }},
        {%- else %}
        resolved.{{ entry.name }},
        {%- endif %}
        {%- endfor %}
        coalesce(resolved.attribution_origin, 'unknown') as attribution_origin,
        coalesce(resolved.has_source_conflict, false) as has_source_conflict
    from campaign_leads
    left join resolved
        on campaign_leads.campaign_id = resolved.campaign_id
        and campaign_leads.campaign_lead_id = resolved.campaign_lead_id
        and campaign_leads.moment = resolved.moment

)
{%- endmacro %}
