{#- Enrichment only fills what nobody upstream and not HeyReach knows, so that a later answer rewrites no history. -#}

with emails as (

    select
        identified.lead_id,
        max(list_leads.email) as email
    from {{ ref('stg_heyreach__list_leads') }} as list_leads
    inner join {{ ref('int_lead_rows_identified') }} as identified
        on identified.found_in = 'list'
        and list_leads.list_id = identified.container_id
        and list_leads.list_row_key = identified.row_key
    group by identified.lead_id

),

filled as (

    select
        people.lead_id,
        people.normalized_profile_url,
        people.created_at,
        case when enriched.enriched_since is null then attributed.enrichment_level else 'enriched' end as enrichment_level,
        enriched.enriched_since,
        coalesce(attributed.title, enriched.title) as title,
        coalesce(attributed.company_name, enriched.company_name) as company_name,
        coalesce(attributed.company_size, enriched.company_size) as company_size,
        coalesce(attributed.company_industry, {{ found_value('company_industry') }}) as company_industry,
        coalesce(attributed.company_region, {{ found_value('company_region') }}) as company_region,
        coalesce(attributed.is_employed, enriched.is_employed) as is_employed,
        coalesce(cast(attributed.estimated_age as integer), cast(enriched.estimated_age as integer)) as estimated_age,
        coalesce(attributed.gender, enriched.gender) as gender,
        coalesce(emails.email, enriched.email) as email,
        coalesce(attributed.phone, enriched.phone) as phone,
        coalesce({{ company_domain('emails.email') }}, {{ found_value('company_domain') }}) as company_domain,
        enriched.headline,
        {{ found_value('technologies') }} as technologies,
        {{ found_value('funding_stage') }} as funding_stage,
        -- Without those that nobody filled: NULL in a patch takes a key away.
        nullif(json_merge_patch('{}', json_object(
            {%- for field in (
                'title', 'company_name', 'company_size', 'company_industry', 'phone', 'is_employed', 'estimated_age', 'gender',
            ) %}
            '{{ field }}', case when attributed.{{ field }} is null then enriched.{{ field }}_integration end,
            {%- endfor %}
            'company_region', case
                when attributed.company_region is not null then null
                when regions.region is not null then enriched.company_region_integration
                when countries.region is not null then enriched.company_country_integration
            end,
            'email', case when emails.email is null then enriched.email_integration end,
            'company_domain', case
                when {{ company_domain('emails.email') }} is not null then null
                when enriched.company_domain is not null then enriched.company_domain_integration
                else enriched.email_integration
            end,
            'enrichment_level', case when attributed.enrichment_level is distinct from 'enriched' then enriched.enriched_by end,
            'headline', enriched.headline_integration,
            'technologies', enriched.technologies_integration,
            'funding_stage', enriched.last_funding_type_integration
        )), '{}') as field_source,
        coalesce(enriched.enrichment_status, 'not_attempted') as enrichment_status,
        enriched.enriched_at as enrichment_timestamp,
        enriched.enrichment_score,
        enriched.credits as enrichment_credits,
        enriched.cost_usd as enrichment_cost_usd
    from {{ ref('int_leads_imported') }} as people
    left join {{ ref('int_leads_attributed') }} as attributed on people.lead_id = attributed.lead_id
    left join {{ ref('int_lead_enrichments') }} as enriched on people.lead_id = enriched.lead_id
    left join emails on people.lead_id = emails.lead_id
    {{ join_found_aliases() }}

)

select * from filled
