with visible as (

    select distinct on (run_id) *
    from {{ source('enrichment', 'enrichment_runs') }}
    where started_at <= (select run_parameters.as_of from {{ ref('stg_operations__run_parameters') }} as run_parameters)
    order by run_id, started_at

)

select * from visible
