with results as (

    select * from {{ ref('int_enrichment_results') }}

),

runs as (

    select * from {{ ref('stg_enrichment__runs') }}

),

leads as (

    select lead_id from {{ ref('heyreach_leads') }}

),

run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

final as (

    select
        md5(results.lead_id || ':' || results.integration) as enrichment_result_id,
        results.lead_id,
        results.normalized_profile_url,
        leads.lead_id is not null as is_in_heyreach,
        results.integration,
        results.run_id,
        runs.source as run_source,
        results.status,
        results.reason,
        results.answered_at,
        results.valid_until,
        results.valid_until is null or results.valid_until <= run_parameters.as_of as is_asked_by_next_run,
        results.is_from_cache,
        results.signals_asked,
        results.signals_found,
        {{ rate('results.signals_found', 'results.signals_asked') }} as enrichment_score,
        results.credits,
        results.cost_usd,
        run_parameters.as_of
    from results
    left join runs on results.run_id = runs.run_id
    left join leads on results.lead_id = leads.lead_id
    cross join run_parameters

)

select * from final
