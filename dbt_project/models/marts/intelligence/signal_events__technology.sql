{{ config(materialized='ephemeral', contract={'enforced': false}) }}

with answers as (

    select * from {{ ref('stg_enrichment__answers') }}
    where status = 'found' and entity = 'company'

),

technologies as (

    select
        key as company_domain,
        integration as source,
        answered_at,
        {{ text_list("fields -> '$.technologies'") }} as technologies,
        lag(answered_at) over answers_of_it as earlier_at,
        lag({{ text_list("fields -> '$.technologies'") }}) over answers_of_it as earlier
    from answers
    where json_type(fields -> '$.technologies') = 'ARRAY'
    window answers_of_it as (partition by integration, key order by answered_at, call_id)

),

technologies_compared as (

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
from technologies_compared
where {{ list_length('came') }} + {{ list_length('went') }} > 0
