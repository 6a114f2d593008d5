{{ config(materialized='ephemeral', contract={'enforced': false}) }}

{#- Each day's news are one event, and a summary without dates is one of an unknown time. -#}
with answers as (

    select * from {{ ref('stg_enrichment__answers') }}
    where status = 'found' and entity = 'company'

),

items as (

    select key, integration, answered_at, unnest({{ json_items("fields -> '$.company_news'") }}) as item
    from answers
    where json_type(fields -> '$.company_news') = 'ARRAY'

),

told as (

    select
        key as company_domain,
        integration as source,
        answered_at,
        {{ date_or_time("left(item ->> '$.date', 10)") }} as occurred_at,
        item ->> '$.title' as title
    from items
    where (item ->> '$.date') is not null
    union all
    select
        key,
        integration,
        answered_at,
        null,
        fields ->> '$.company_news_summary'
    from answers
    where (fields ->> '$.company_news_summary') is not null

)

select
    cast(null as varchar) as lead_id,
    company_domain,
    'news' as signal_type,
    occurred_at,
    min(answered_at) as detected_at,
    source,
    json_object('titles', list_sort(list(distinct title))) as signal_data
from told
where occurred_at is null or occurred_at <= answered_at
group by company_domain, occurred_at, source
