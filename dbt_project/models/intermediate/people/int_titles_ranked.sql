{#- One row per distinct job title: the seniority of the first rule (by priority) whose pattern it contains. -#}

with titles as (

    select title from {{ ref('int_leads_attributed') }} where title is not null
    union
    select title from {{ ref('int_lead_enrichments') }} where title is not null

),

rules as (

    select * from {{ ref('title_seniority_rules') }}

),

matched as (

    select
        titles.title,
        {{ first_by('rules.seniority', 'rules.priority') }} as seniority
    from titles
    inner join rules on regexp_matches(lower(titles.title), rules.pattern)
    group by titles.title

)

select * from matched
