{{ config(materialized='ephemeral', contract={'enforced': false}) }}

with technologies as (

    select
        company_domain,
        integration as source,
        answered_at,
        technologies,
        lag(answered_at) over answers_of_it as earlier_at,
        lag(technologies) over answers_of_it as earlier
    from {{ ref('int_company_answers') }}
    where technologies is not null
    window answers_of_it as (partition by integration, company_domain order by answered_at, call_id)

),

compared as (

    select
        *,
        {{ not_in_both('technologies', 'earlier') }} as came,
        {{ not_in_both('earlier', 'technologies') }} as went
    from technologies
    where earlier is not null

)

select
    cast(null as varchar) as lead_id,
    company_domain,
    'tech_stack_change' as signal_type,
    {{ midpoint('earlier_at', 'answered_at') }} as occurred_at,
    answered_at as detected_at,
    source,
    json_object('came', came, 'went', went) as signal_data
from compared
where {{ list_length('came') }} + {{ list_length('went') }} > 0
