{#- What each profile asked for, as lists, and how many points each component gave in it, whenever it was so: none where the profile has no
    such criterion, or switched the signal off. By the as-of of the builds that had it; the first there was counts for all time before, and
    this run's from its as-of on. -#}

with run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

timeline as (

    select
        changes.config_hash,
        changes.as_of as valid_from,
        changes.change_number
    from {{ ref('stg_operations__scoring_changes') }} as changes
    inner join run_parameters on changes.as_of < run_parameters.as_of
    union all
    select scoring_config_hash, as_of, null
    from run_parameters

),

-- Of several builds as of the same moment the last counts.
changes as (

    select *
    from timeline
    window in_turn as (order by valid_from, change_number nulls last)
    qualify
        coalesce(lead(valid_from) over in_turn <> valid_from, true)
        and coalesce(lag(config_hash) over in_turn <> config_hash, true)

),

configured as (

    select
        configs.config,
        case when lag(changes.valid_from) over in_turn is null then {{ beginning() }} else changes.valid_from end as valid_from,
        lead(changes.valid_from) over in_turn as valid_until
    from changes
    inner join {{ ref('stg_operations__scoring_configs') }} as configs on changes.config_hash = configs.config_hash
    window in_turn as (order by changes.valid_from)

),

profiles as (

    select
        icp_profile,
        valid_from,
        valid_until,
        (config -> '$.profiles') -> icp_profile as profile,
        config -> '$.scoring' as scoring
    from (
        select *, unnest(json_keys(config -> '$.profiles')) as icp_profile
        from configured
    ) as each_profile

),

read as (

    select
        *,
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
        {{ as_words(text_list("profile -> '$.decision_makers.titles'")) }}
        || {{ as_words(text_list("profile -> '$.decision_makers.departments'")) }} as decision_makers,
        {{ as_words(text_list("profile -> '$.decision_makers.titles'")) }} as decision_titles,
        {{ text_list("profile -> '$.competitors'") }} as competitors
    from profiles

),

-- Leads tell regions, and no countries: a country that is asked for stands for its region.
regions as (

    select
        read.icp_profile,
        read.valid_from,
        list_sort(list(distinct coalesce(company_regions.region, asked.geography))) as regions
    from read
    cross join lateral (select unnest(read.geographies) as geography) as asked
    left join {{ ref('company_regions') }} as company_regions on asked.geography = company_regions.alias
    group by read.icp_profile, read.valid_from

),

final as (

    select
        read.icp_profile,
        read.valid_from,
        read.valid_until,
        case
            when lead(read.valid_from) over (partition by read.icp_profile order by read.valid_from) is distinct from read.valid_until
                then read.valid_until
        end as removed_at,
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
    left join regions on read.icp_profile = regions.icp_profile and read.valid_from = regions.valid_from

)

select * from final
