{#- How many may be asked next by each profile, in which order, and what services should be asked first. -#}

{%- set texts = ask_first_texts() %}

with points as (

    select points.*
    from {{ ref('lead_score_points') }} as points
    inner join {{ ref('fnd_leads_to_ask') }} as to_ask on points.lead_id = to_ask.lead_id

),

profiles as (

    select profiles.*, versions.is_default
    from {{ ref('int_icp_profiles') }} as profiles
    inner join {{ ref('icp_profiles') }} as versions on profiles.icp_profile = versions.name
    where versions.valid_until is null

),

counted as (

    select
        icp_profile,
        count(*) filter (where not_eligible_because is null) as leads_to_ask,
        count(*) filter (where not_eligible_because is not null) as not_eligible_leads,
        {%- for tier in score_tiers() | list + ['cold'] %}
        count(*) filter (where not_eligible_because is null and tier = '{{ tier }}') as {{ tier }}_leads,
        {%- endfor %}
        count(*) filter (where not_eligible_because is null and is_provisional) as provisional_leads
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
        any_value(ranked_by) as ranked_by
    from listed
    group by icp_profile

),

lacking as (

    select
        icp_profile,
        lead_id,
        {{ in_list("'company domain'", 'missing') }} as has_no_domain,
        unnest(missing) as what
    from listed

),

worths as (
    {% for word, entry in missing_facts().items() %}
    {{ 'union all' if not loop.first }}
    select
        icp_profile,
        '{{ word }}' as what,
        {{ entry.get('by_domain', false) }} as needs_domain,
        (
            {%- for component in score_components() if component.name in entry.components %}
            {{ '+ ' if not loop.first }}{{ component.name }}_points * {{ component.group }}_weight
            {%- endfor %}
        ) / 100.0 as points
    from profiles
    {%- endfor %}

),

-- Without the company's domain services can't be asked about it.
of_leads as (

    select
        lacking.icp_profile,
        lacking.lead_id,
        case when lacking.has_no_domain and worths.needs_domain then 'company domain' else lacking.what end as what,
        sum(worths.points) as points
    from lacking
    inner join worths on lacking.icp_profile = worths.icp_profile and lacking.what = worths.what
    group by all

),

told_by as (

    select
        case field
            {%- for word, entry in missing_facts().items() if entry.field is defined %}
            when '{{ entry.field }}' then '{{ word }}'
            {%- endfor %}
        end as what,
        arg_min(integration, priority) as integration
    from {{ ref('enrichment_fields') }}
    group by field

),

ask_first as (

    select
        of_leads.icp_profile,
        of_leads.what,
        any_value(told_by.integration) as integration,
        count(*) as leads,
        max(of_leads.points) as points
    from of_leads
    inner join told_by on of_leads.what = told_by.what
    group by of_leads.icp_profile, of_leads.what
    qualify row_number() over (partition by of_leads.icp_profile order by sum(of_leads.points) desc, of_leads.what) = 1

)

select
    profiles.icp_profile,
    profiles.is_default,
    row_number() over (order by not profiles.is_default, profiles.icp_profile) as profile_order,
    counted.* exclude (icp_profile),
    coalesce(ranked.listed_leads, 0) as listed_leads,
    coalesce(ranked.ranked_by, 'points') as ranked_by,
    case coalesce(ranked.ranked_by, 'points')
        {%- for name, text in ranking_texts().items() %}
        when '{{ name }}' then {{ sentence(text, {}) }}
        {%- endfor %}
    end as ranking,
    {{ sentence(texts.says, {
        'leads': 'ask_first.leads', 'listed': 'ranked.listed_leads', 'what': 'ask_first.what', 'points': 'ask_first.points',
    }) }} as ask_first,
    {{ sentence(texts.command, {'integration': 'ask_first.integration', 'leads': 'ask_first.leads'}) }} as ask_first_command,
    run_parameters.as_of
from profiles
inner join counted on profiles.icp_profile = counted.icp_profile
left join ranked on profiles.icp_profile = ranked.icp_profile
left join ask_first on profiles.icp_profile = ask_first.icp_profile
cross join {{ ref('stg_operations__run_parameters') }} as run_parameters
