{#- What a profile asks for, as lists, and how many points each component gives in it: none where the profile has no such
    criterion, or switched the signal off. -#}

with configured as (

    select
        configs.config,
        unnest(json_keys(configs.config -> '$.profiles')) as icp_profile
    from {{ ref('stg_operations__scoring_configs') }} as configs
    inner join {{ ref('stg_operations__run_parameters') }} as run_parameters
        on configs.config_hash = run_parameters.scoring_config_hash

),

profiles as (

    select
        icp_profile,
        (config -> '$.profiles') -> icp_profile as profile,
        config -> '$.scoring' as scoring
    from configured

),

read as (

    select
        icp_profile,
        profile,
        scoring,
        {{ icp_config_hash('profile', 'scoring') }} as config_hash,
        {{ text_list("profile -> '$.industries'") }} as industries,
        cast(profile ->> '$.company_size_min' as integer) as company_size_min,
        cast(profile ->> '$.company_size_max' as integer) as company_size_max,
        {{ text_list("profile -> '$.geographies'") }} as geographies,
        {{ text_list("profile -> '$.tech_stack.must_have'") }} as must_have,
        {{ text_list("profile -> '$.tech_stack.avoid'") }} as avoid,
        list_distinct(
            {{ text_list("profile -> '$.tech_stack.nice_to_have'") }} || {{ text_list("profile -> '$.complementary_tools'") }}
        ) as complementary_tools,
        {{ text_list("profile -> '$.funding_stages'") }} as funding_stages,
        {{ text_list("profile -> '$.decision_makers.titles'") }} || {{ text_list("profile -> '$.decision_makers.departments'") }}
        as decision_makers,
        {{ text_list("profile -> '$.decision_makers.titles'") }} as decision_titles,
        {{ text_list("profile -> '$.competitors'") }} as competitors
    from profiles

),

-- Leads tell regions, and no countries: a country that is asked for stands for its region.
regions as (

    select
        read.icp_profile,
        list_sort(list(distinct coalesce(company_regions.region, asked.geography))) as regions
    from read
    cross join lateral (select unnest(read.geographies) as geography) as asked
    left join {{ ref('company_regions') }} as company_regions on asked.geography = company_regions.alias
    group by read.icp_profile

),

final as (

    select
        read.icp_profile,
        config_hash,
        industries,
        company_size_min,
        company_size_max,
        coalesce(regions.regions, []) as regions,
        must_have,
        avoid,
        complementary_tools,
        funding_stages,
        decision_makers,
        decision_titles,
        competitors,
        {%- for group in score_weights() %}
        cast(scoring ->> '$.weights.{{ group }}' as integer) as {{ group }}_weight,
        {%- endfor %}
        {%- for component in score_components() %}
        case when {{ has_criterion(component) }} then cast(scoring ->> '$.points.{{ component.name }}' as integer) else 0 end
        as {{ component.name }}_points,
        {%- if component.valid_days is defined %}
        cast(scoring ->> '$.valid_days.{{ component.name }}' as integer) as {{ component.name }}_valid_days,
        {%- endif %}
        {%- endfor %}
        {%- for tier in score_tiers() %}
        cast(scoring ->> '$.tiers.{{ tier }}' as integer) as {{ tier }}_from{{ ',' if not loop.last }}
        {%- endfor %}
    from read
    left join regions on read.icp_profile = regions.icp_profile

)

select * from final
