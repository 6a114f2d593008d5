with import_events as (

    select distinct on (import_id, event_id) *
    from {{ source('importer', 'import_events') }}
    where import_id in (select imports.import_id from {{ ref('stg_importer__imports') }} as imports)
        and happened_at <= (select run_parameters.as_of from {{ ref('stg_operations__run_parameters') }} as run_parameters)

),

named as (

    select
        import_id,
        event_id,
        row_number,
        request_id,
        happened_at,
        state,
        {{ payload_text('source', 'details') }} as request_source,
        {{ payload_integer('leads', 'details') }} as request_leads,
        {{ payload_integer('added', 'details') }} as added,
        {{ payload_integer('updated', 'details') }} as updated,
        {{ payload_integer('failed', 'details') }} as failed,
        {{ custom_fields_joined("details -> '$.lead'", 'customUserFields') }} as resent_fields,
        {{ json_fields_joined("details -> '$.arrived'") }} as arrived_fields,
        {{ json_texts_joined("details -> '$.missing'") }} as missing_fields,
        {{ json_texts_joined("details -> '$.changed'") }} as changed_fields,
        {{ payload_text('why', 'details') }} as why
    from import_events

)

select * from named
