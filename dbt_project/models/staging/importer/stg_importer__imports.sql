with imports as (

    select * from {{ source('importer', 'imports') }}

),

visible as (

    select distinct
        import_id,
        target,
        campaign_id,
        list_id,
        file_name,
        mapping,
        senders as sender_choice,
        experiment,
        planned_at
    from imports
    where planned_at <= (select run_parameters.as_of from {{ ref('stg_operations__run_parameters') }} as run_parameters)

)

select * from visible
