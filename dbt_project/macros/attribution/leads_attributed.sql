{#- What was known of each person at moments: from their first campaign row where they had one (so that a person and their first request say
    the same), else from imports, lists and upstream files, newest state first. CTEs over `attributed` (connections_attributed) and
    `evidence_then` (int_lead_evidence with a moment), of which `people_attributed` has a row for each person and moment. -#}
{% macro leads_attributed() -%}
connections as (

    select
        attributed.*,
        row_number() over (
            partition by attributed.lead_id, attributed.moment
            order by campaign_leads.created_at, campaign_leads.first_observed_at, attributed.campaign_id, attributed.campaign_lead_id
        ) as connection_rank,
        campaign_leads.account_id
    from attributed
    inner join {{ ref('stg_heyreach__campaign_leads') }} as campaign_leads
        on attributed.campaign_id = campaign_leads.campaign_id
        and attributed.campaign_lead_id = campaign_leads.campaign_lead_id
    where campaign_leads.first_observed_at <= attributed.moment

),

first_connections as (

    select * from connections
    where connection_rank = 1

),

evidence_of_others as (

    select
        evidence_then.*,
        row_number() over (
            partition by evidence_then.lead_id, evidence_then.moment
            order by
                case evidence_then.origin when 'import_ledger' then 0 when 'list' then 1 else 2 end,
                evidence_then.observed_at desc,
                evidence_then.list_id,
                evidence_then.row_key,
                evidence_then.content_hash
        ) as evidence_rank
    from evidence_then
    anti join first_connections
        on evidence_then.lead_id = first_connections.lead_id and evidence_then.moment = first_connections.moment

),

list_only as (

    select
        lead_id,
        moment,
        {{ first_by('list_id', 'evidence_rank') }} as list_id,
        {%- for entry in custom_field_catalogue() %}
        coalesce(
            {{ first_by(entry.name, 'evidence_rank') }}
            {%- for field in entry.get('else', []) %},
            {{ first_by('heyreach_' ~ field, 'evidence_rank') }}
            {%- endfor %}
        ) as {{ entry.name }},
        {%- endfor %}
        coalesce(
            {{ first_by(
                "case when source is not null then (case when origin = 'list' then 'other_list' else origin end) end",
                'evidence_rank'
            ) }},
            'unknown'
        ) as attribution_origin,
        count(distinct lower(source)) filter (where is_superseded is not true) > 1 as has_source_conflict
    from evidence_of_others
    group by lead_id, moment

),

people_attributed as (

    select
        lead_id,
        moment,
        campaign_id as first_campaign_id,
        account_id as first_account_id,
        list_id as first_list_id,
        {%- for field in attribution_fields() %}
        {{ field }},
        {%- endfor %}
        attribution_origin,
        has_source_conflict
    from first_connections
    union all
    select
        lead_id,
        moment,
        null as first_campaign_id,
        null as first_account_id,
        list_id as first_list_id,
        {%- for field in attribution_fields() %}
        {{ field }},
        {%- endfor %}
        attribution_origin,
        has_source_conflict
    from list_only

)
{%- endmacro %}
