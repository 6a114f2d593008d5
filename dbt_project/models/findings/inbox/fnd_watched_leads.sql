{#- Who is watched now, by which profile, and since when: people, all leads of companies, and of profiles whoever was hot when it began,
    became hot since, or was told of. -#}

with watches as (

    select
        *,
        coalesce(company_domain, profile_url, icp_profile) as target
    from {{ ref('stg_operations__watches') }}

),

-- A person with a profile is one of those who are watched for it, and no target of their own.
newest as (

    select *
    from watches
    where decision in ('watch', 'stop') and (profile_url is null or icp_profile is null)
    qualify row_number() over (partition by target order by declared_at desc, watch_id) = 1

),

watched as (

    select * from newest
    where decision = 'watch'

),

leads as (

    select
        lead_id,
        company_domain,
        'https://www.' || normalized_profile_url as profile_url
    from {{ ref('heyreach_leads') }}
    where is_valid_profile_url

),

default_profile as (

    select icp_profile
    from {{ default_profile() }} as profiles (icp_profile)

),

found as (

    select
        leads.lead_id,
        leads.profile_url,
        default_profile.icp_profile,
        'person' as watched_as,
        watched.declared_at,
        watched.declared_as_of
    from watched
    inner join leads on watched.profile_url = leads.profile_url
    cross join default_profile
    union all
    select
        leads.lead_id,
        leads.profile_url,
        default_profile.icp_profile,
        'company',
        watched.declared_at,
        watched.declared_as_of
    from watched
    inner join leads on watched.company_domain = leads.company_domain
    cross join default_profile
    union all
    select
        leads.lead_id,
        leads.profile_url,
        watched.icp_profile,
        'profile',
        watched.declared_at,
        watched.declared_as_of
    from watched
    inner join watches as members
        on watched.icp_profile = members.icp_profile
        and members.declared_at >= watched.declared_at
        and members.decision in ('watch', 'told')
    inner join leads on members.profile_url = leads.profile_url
    where watched.profile_url is null
    union all
    select
        points.lead_id,
        leads.profile_url,
        watched.icp_profile,
        'profile',
        watched.declared_at,
        watched.declared_as_of
    from watched
    inner join {{ ref('lead_score_points') }} as points
        on watched.icp_profile = points.icp_profile
        and points.tier = 'hot'
        and points.not_eligible_because is null
    inner join leads on points.lead_id = leads.lead_id
    where watched.profile_url is null

),

-- Who is watched for several reasons is so since the first of them.
once as (

    select * from found
    qualify row_number() over (partition by lead_id, icp_profile order by declared_at, watched_as) = 1

),

told as (

    select
        profile_url,
        icp_profile,
        declared_at,
        declared_as_of
    from watches
    where decision = 'told'

)

select
    once.lead_id,
    once.icp_profile,
    any_value(once.profile_url) as profile_url,
    any_value(once.watched_as) as watched_as,
    any_value(once.declared_at) as watched_since,
    max(told.declared_as_of) as told_as_of,
    coalesce(max(told.declared_as_of), any_value(once.declared_as_of)) as compared_with
from once
left join told
    on once.profile_url = told.profile_url
    and once.icp_profile = told.icp_profile
    and told.declared_at >= once.declared_at
group by once.lead_id, once.icp_profile
