{{ config(materialized='ephemeral', contract={'enforced': false}) }}

{#- A colleague is another lead of the company, from when both were known. -#}

with described as (

    select * from {{ ref('int_leads_described') }}

),

members as (

    select
        company_domain,
        greatest(known_from, created_at) as changed_at,
        1 as change
    from described
    where company_domain is not null
    union all
    select
        company_domain,
        greatest(known_until, created_at),
        -1
    from described
    where company_domain is not null and known_until is not null

),

companies as (

    select
        company_domain,
        changed_at as known_from,
        sum(sum(change)) over (partition by company_domain order by changed_at) > 1 as has_several
    from members
    group by company_domain, changed_at

),

changes_of_companies as (

    select * from companies
    qualify has_several <> coalesce(lag(has_several) over (partition by company_domain order by known_from), false)

)

select
    *,
    coalesce(lead(known_from) over (partition by company_domain order by known_from), {{ ending() }}) as known_until
from changes_of_companies
