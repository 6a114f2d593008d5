{#- Companies that a search for a profile brought, scored by it. Nobody who works there is known yet, so that only the company's points
    are within reach; what else is known of the company counts like in a lead's score. -#}

with facts as (

    select * from {{ ref('discovered_companies__facts') }}

),

{{ scored() }},

given as (

    select
        key as discovery_id,
        icp_profile,
        {{ score_columns() }}
    from scored

),

leads as (

    select
        leads.company_domain,
        bool_or(coalesce(connections.is_sent, false)) as is_contacted
    from {{ ref('heyreach_leads') }} as leads
    left join {{ ref('heyreach_connections') }} as connections on leads.lead_id = connections.lead_id
    where leads.company_domain is not null and {{ came_in('leads') }}
    group by leads.company_domain

),

watched as (

    select
        company_domain,
        arg_max(decision, (declared_at, watch_id)) = 'watch' as is_watched
    from {{ ref('stg_operations__watches') }}
    where company_domain is not null
    group by company_domain

),

final as (

    select
        facts.company_domain,
        facts.icp_profile,
        facts.company_name,
        facts.company_description,
        facts.industry as company_industry,
        facts.company_size,
        facts.region as company_region,
        facts.last_funding_type as funding_stage,
        facts.last_funding_at,
        facts.source,
        facts.found_at as first_found_at,
        given.intent_score,
        given.fit_score,
        given.total_score,
        given.score_coverage,
        given.not_eligible_because,
        leads.company_domain is not null as is_known_already,
        case
            when leads.is_contacted then 'contacted'
            when leads.company_domain is not null then 'imported'
            when watched.is_watched then 'watched'
        end as decided_as,
        facts.moment as as_of
    from facts
    left join given on facts.discovery_id = given.discovery_id and facts.icp_profile = given.icp_profile
    left join leads on facts.company_domain = leads.company_domain
    left join watched on facts.company_domain = watched.company_domain

)

select * from final
