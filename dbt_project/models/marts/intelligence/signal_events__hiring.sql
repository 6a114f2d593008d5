{{ config(materialized='ephemeral', contract={'enforced': false}) }}

with boards as (

    select
        key as company_domain,
        integration as source,
        answered_at,
        {{ newest_time(json_texts_at('fields', 'job_postings[*].date'), 'answered_at') }} as newest_at,
        json_object(
            'open_positions', fields -> '$.open_positions',
            'newest', {{ first_of(json_texts_at('fields', 'job_postings[*].title'), 3) }}
        ) as signal_data
    from {{ ref('stg_enrichment__answers') }}
    where status = 'found' and json_exists(fields, '$.job_postings')

)

select
    cast(null as varchar) as lead_id,
    company_domain,
    'actively_hiring' as signal_type,
    newest_at as occurred_at,
    min(answered_at) as detected_at,
    source,
    arg_min(signal_data, (answered_at, cast(signal_data as varchar))) as signal_data
from boards
where newest_at is not null
group by company_domain, newest_at, source
