{#- How many may be asked next by each profile, in which order, and what services should be asked first. -#}

{%- set texts = ask_first_texts() %}

with points as (

    select
        points.*,
        dismissed.lead_id is not null and points.not_eligible_because is null as is_dismissed,
        dismissed.lead_id is null and points.not_eligible_because is null as is_to_ask
    from {{ ref('lead_score_points') }} as points
    inner join {{ ref('fnd_leads_to_ask') }} as to_ask on points.lead_id = to_ask.lead_id
    left join {{ ref('fnd_dismissed_leads') }} as dismissed on points.lead_id = dismissed.lead_id

),

profiles as (

    select
        name as icp_profile,
        is_default
    from {{ ref('icp_profiles') }}
    where valid_until is null

),

counted as (

    select
        icp_profile,
        count(*) filter (where is_to_ask) as leads_to_ask,
        count(*) filter (where not_eligible_because is not null) as not_eligible_leads,
        count(*) filter (where is_dismissed) as dismissed_leads,
        {%- for tier in score_tiers() | list + ['cold'] %}
        count(*) filter (where is_to_ask and tier = '{{ tier }}') as {{ tier }}_leads,
        {%- endfor %}
        count(*) filter (where is_to_ask and is_provisional) as provisional_leads
    from points
    group by icp_profile

),

listed as (

    select * from {{ ref('rpt_lead_inbox') }}

),

ranked as (

    select
        icp_profile,
        count(*) as listed_leads,
        count(*) filter (where is_exploration) as exploration_leads,
        any_value(ranked_by) as ranked_by
    from listed
    group by icp_profile

)

select
    profiles.icp_profile,
    profiles.is_default,
    row_number() over (order by not profiles.is_default, profiles.icp_profile) as profile_order,
    counted.* exclude (icp_profile),
    coalesce(ranked.listed_leads, 0) as listed_leads,
    coalesce(ranked.exploration_leads, 0) as exploration_leads,
    coalesce(ranked.ranked_by, 'points') as ranked_by,
    case coalesce(ranked.ranked_by, 'points')
        {%- for name, text in ranking_texts().items() %}
        when '{{ name }}' then {{ sentence(text, {}) }}
        {%- endfor %}
    end as ranking,
    {{ sentence(exploration_texts().says, {
        'listed': 'ranked.listed_leads', 'leads': 'nullif(ranked.exploration_leads, 0)',
    }) }} as exploration,
    {{ sentence(texts.says, {
        'leads': 'ask_first.leads', 'listed': 'ranked.listed_leads', 'what': 'ask_first.what', 'points': 'ask_first.points',
    }) }} as ask_first,
    {{ sentence(texts.command, {'integration': 'ask_first.integration', 'leads': 'ask_first.leads'}) }} as ask_first_command,
    run_parameters.as_of
from profiles
inner join counted on profiles.icp_profile = counted.icp_profile
left join ranked on profiles.icp_profile = ranked.icp_profile
left join {{ ref('rpt_inbox_profiles__ask_first') }} as ask_first on profiles.icp_profile = ask_first.icp_profile
cross join {{ ref('stg_operations__run_parameters') }} as run_parameters
