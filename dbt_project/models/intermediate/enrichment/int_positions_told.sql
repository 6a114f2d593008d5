{#- A position decides something where its title ranks it so, or a profile asks for it. Of a year alone nobody knows the day. -#}

with answers as (

    select
        {{ lead_id('key', 'null', 'null') }} as lead_id,
        integration,
        call_id,
        answered_at,
        {{ company_key("fields ->> '$.company_name'") }} as company_of_answer,
        {{ company_domain("fields ->> '$.company_domain'") }} as domain_of_answer,
        unnest({{ json_items("fields -> '$.employment'") }}) as position
    from {{ ref('stg_enrichment__answers') }}
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

deciding as (

    select distinct positions.title
    from positions
    inner join {{ ref('title_seniority_rules') }} as rules
        on rules.seniority = 'exec' and regexp_matches(lower(positions.title), rules.pattern)
    union
    select positions.title
    from positions
    inner join {{ ref('int_icp_profiles') }} as profiles
        on {{ has_one_of(spaced_words('positions.title'), 'profiles.decision_titles') }}

)

select
    lead_id,
    integration,
    call_id,
    answered_at,
    title,
    company,
    case when company = company_of_answer then domain_of_answer end as company_domain,
    case when started_at <= answered_at then started_at end as started_at,
    title in (select deciding.title from deciding) as is_decision_maker
from positions
