{{ config(materialized='ephemeral', contract={'enforced': false}) }}

{#- Numbers are held against numbers, ranges against ranges: a source that begins to tell the other has seen no growth. -#}
with sizes as (

    select
        company_domain,
        integration as source,
        call_id,
        answered_at,
        company_size,
        {{ middle_employees('company_size') }} as employees,
        {{ is_range_of_employees('company_size') }} as is_range
    from {{ ref('int_company_answers') }}
    where {{ middle_employees('company_size') }} > 0

),

compared as (

    select
        *,
        lag(answered_at) over answers_of_it as earlier_at,
        lag(company_size) over answers_of_it as earlier_size,
        lag(employees) over answers_of_it as earlier
    from sizes
    window answers_of_it as (partition by source, company_domain, is_range order by answered_at, call_id)

)

select
    cast(null as varchar) as lead_id,
    company_domain,
    'industry_growth' as signal_type,
    {{ midpoint('earlier_at', 'answered_at') }} as occurred_at,
    answered_at as detected_at,
    source,
    json_object('from', earlier_size, 'to', company_size) as signal_data
from compared
where 100 * employees >= (100 + {{ growth_percent() }}) * earlier
