{{ config(materialized='ephemeral', contract={'enforced': false}) }}

{#- What is known of companies that a search brought, as the components of scores look at it. -#}

with discovered as (

    select *
    from {{ ref('stg_enrichment__discoveries') }}
    qualify row_number() over (partition by company_domain, icp_profile order by found_at desc, discovery_id) = 1

),

run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

-- Of several industries one that the profile asks for, else the first that is known.
industries as (

    select
        each_one.discovery_id,
        {{ first_by('aliases.industry', "(not " ~ in_list('aliases.industry', 'profiles.industries') ~ ", each_one.place)") }} as industry
    from (
        select
            discovery_id,
            icp_profile,
            lower(unnest(industries_told)) as alias,
            unnest(range(1, {{ list_length('industries_told') }} + 1)) as place
        from discovered
    ) as each_one
    inner join {{ ref('company_industries') }} as aliases on each_one.alias = aliases.alias
    left join {{ ref('int_icp_profiles') }} as profiles on each_one.icp_profile = profiles.icp_profile
    group by each_one.discovery_id

),

regions as (

    select
        each_one.discovery_id,
        {{ first_by('aliases.region', 'each_one.place') }} as region
    from (
        select
            discovery_id,
            lower(unnest(places_told)) as alias,
            unnest(range(1, {{ list_length('places_told') }} + 1)) as place
        from discovered
    ) as each_one
    inner join {{ ref('company_regions') }} as aliases on each_one.alias = aliases.alias
    group by each_one.discovery_id

),

stacks as (

    select
        company_domain,
        arg_max(technologies, (answered_at, call_id)) as technologies
    from {{ ref('int_company_answers') }}
    where technologies is not null
    group by company_domain

),

signals as (

    select
        company_domain
        {%- for signal in scored_signals() %},
        max(occurred_at) filter (where signal_type = '{{ signal }}') as {{ signal }}_at
        {%- endfor %}
    from {{ ref('signal_events') }}
    where company_domain is not null
    group by company_domain

)

select
    discovered.*,
    discovered.discovery_id as key,
    cast(null as varchar) as lead_id,
    run_parameters.as_of as moment,
    industries.industry,
    {{ middle_employees('discovered.company_size') }} as employees,
    regions.region,
    coalesce(stacks.technologies, []) as technologies,
    cast(null as varchar) as title_words,
    discovered.last_funding_type as funding_stage,
    {%- for signal in scored_signals() %}
    {%- set told = 'greatest(signals.recent_funding_at, discovered.last_funding_at)' if signal == 'recent_funding'
        else 'signals.' ~ signal ~ '_at' %}
    {{ told }} as {{ signal }}_at,
    {{ 'true' if signal == 'recent_funding' else 'signals.' ~ signal ~ '_at is not null' }} as is_{{ signal }}_known,
    {%- endfor %}
    {%- for component in score_components() if component.group == 'accessibility' %}
    false as has_{{ component.name }},
    false as is_{{ component.name }}_known,
    {%- endfor %}
    stacks.technologies is not null as is_technology_known
from discovered
cross join run_parameters
left join industries on discovered.discovery_id = industries.discovery_id
left join regions on discovered.discovery_id = regions.discovery_id
left join stacks on discovered.company_domain = stacks.company_domain
left join signals on discovered.company_domain = signals.company_domain
