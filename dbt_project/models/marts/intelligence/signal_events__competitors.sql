{{ config(materialized='ephemeral', contract={'enforced': false}) }}

{#- Since when it is in use there nobody tells. -#}
with seen as (

    select
        answers.company_domain,
        answers.integration as source,
        answers.answered_at,
        unnest({{ in_both('answers.technologies', 'profiles.competitors') }}) as product
    from {{ ref('int_company_answers') }} as answers
    cross join {{ ref('int_icp_profiles') }} as profiles
    where answers.technologies is not null

)

select
    cast(null as varchar) as lead_id,
    company_domain,
    'competitor_product' as signal_type,
    cast(null as timestamp with time zone) as occurred_at,
    min(answered_at) as detected_at,
    source,
    json_object('products', list_sort(list(distinct product))) as signal_data
from seen
group by company_domain, source
