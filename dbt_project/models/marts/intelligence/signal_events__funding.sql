{{ config(materialized='ephemeral', contract={'enforced': false}) }}

with answers as (

    select * from {{ ref('stg_enrichment__answers') }}
    where status = 'found' and entity = 'company'

),

-- The newest round, and every round of those that list them.
rounds as (

    select
        key as company_domain,
        integration as source,
        answered_at,
        fields ->> '$.last_funding_at' as announced_on,
        json_object('type', fields ->> '$.last_funding_type') as signal_data
    from answers
    where fields ->> '$.last_funding_at' is not null
    union all
    select
        key,
        integration,
        answered_at,
        round ->> '$.date',
        json_object('type', round ->> '$.type', 'amount_usd', round -> '$.amount_usd')
    from (
        select key, integration, answered_at, unnest({{ json_items("fields -> '$.funding_history'") }}) as round
        from answers
        where integration = 'crunchbase_history'
    ) as listed
    union all
    select
        company_domain,
        source,
        found_at,
        payload ->> '$.properties.last_funding_at',
        json_object('type', last_funding_type)
    from {{ ref('stg_enrichment__discoveries') }}
    where last_funding_at is not null

)

select
    cast(null as varchar) as lead_id,
    company_domain,
    'recent_funding' as signal_type,
    {{ parsed_timestamp('announced_on') }} as occurred_at,
    min(answered_at) as detected_at,
    source,
    arg_max(signal_data, (answered_at, cast(signal_data as varchar))) as signal_data
from rounds
where {{ parsed_timestamp('announced_on') }} <= answered_at
group by company_domain, occurred_at, source
