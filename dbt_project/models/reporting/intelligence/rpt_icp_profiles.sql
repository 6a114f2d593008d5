with points as (

    select * from {{ ref('lead_score_points') }}

),

profiles as (

    select * from {{ ref('icp_profiles') }}
    where valid_until is null

),

counted as (

    select
        icp_profile,
        count(*) as leads,
        {%- for tier in score_tiers() | list + ['cold'] %}
        count(*) filter (where tier = '{{ tier }}') as {{ tier }}_leads,
        {%- endfor %}
        count(*) filter (where is_provisional) as provisional_leads,
        count(*) filter (where not_eligible_because is not null) as not_eligible_leads,
        {%- for reason in not_eligible_reasons() %}
        count(*) filter (where not_eligible_because = '{{ reason }}') as {{ reason }}_leads,
        {%- endfor %}
        {%- for component in score_components() %}
        count(*) filter (where {{ component.name }} > 0) as {{ component.name }}_leads,
        {%- endfor %}
        {{ rate('sum(score_coverage)', 'count(*) * 100') }} as average_coverage
    from points
    group by icp_profile

),

final as (

    select
        profiles.name as icp_profile,
        profiles.is_default,
        row_number() over (order by not profiles.is_default, profiles.name) as profile_order,
        counted.* exclude (icp_profile),
        run_parameters.as_of
    from profiles
    inner join counted on profiles.name = counted.icp_profile
    cross join {{ ref('stg_operations__run_parameters') }} as run_parameters

)

select * from final
