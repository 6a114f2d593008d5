{#- A position decides something where its title ranks it so, or from when a profile asked for it. Of a year alone nobody knows the day. -#}

with answers as (

    select
        coalesce(people.lead_id, {{ lead_id('answers.key', 'null', 'null') }}) as lead_id,
        answers.integration,
        answers.call_id,
        answers.answered_at,
        {{ company_key("fields ->> '$.company_name'") }} as company_of_answer,
        {{ company_domain("fields ->> '$.company_domain'") }} as domain_of_answer,
        unnest({{ json_items("fields -> '$.employment'") }}) as position
    from {{ ref('stg_enrichment__answers') }} as answers
    left join {{ ref('int_people_discovered') }} as people on answers.integration = people.integration and answers.key = people.key
    where status = 'found' and entity = 'person' and json_type(fields -> '$.employment') = 'ARRAY'

),

positions as (

    select
        *,
        position ->> '$.title' as title,
        {{ company_key("position ->> '$.company'") }} as company,
        {{ date_or_time("left(position ->> '$.since', 7) || '-01'") }} as started_at
    from answers
    where (position ->> '$.title') is not null and (position ->> '$.until') is null

),

titles as (

    select distinct title from positions

),

deciding as (

    select title, min(decides_from) as decides_from
    from (
        select titles.title, {{ beginning() }} as decides_from
        from titles
        inner join {{ ref('title_seniority_rules') }} as rules
            on rules.seniority = 'exec' and regexp_matches(lower(titles.title), rules.pattern)
        union all
        select titles.title, profiles.valid_from
        from titles
        inner join {{ ref('int_icp_profile_versions') }} as profiles
            on {{ has_one_of(spaced_words('titles.title'), 'profiles.decision_titles') }}
    ) as each_reason
    group by title

)

select
    positions.lead_id,
    positions.integration,
    positions.call_id,
    positions.answered_at,
    positions.title,
    positions.company,
    case when positions.company = positions.company_of_answer then positions.domain_of_answer end as company_domain,
    case when positions.started_at <= positions.answered_at then positions.started_at end as started_at,
    deciding.title is not null as is_decision_maker,
    greatest(positions.answered_at, deciding.decides_from) as known_from
from positions
left join deciding on positions.title = deciding.title
