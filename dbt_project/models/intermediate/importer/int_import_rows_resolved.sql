{#- What became of each row of each import: its newest state, and when it was sent and seen. -#}

with import_rows as (

    select * from {{ ref('stg_importer__import_rows') }}

),

imports as (

    select * from {{ ref('stg_importer__imports') }}

),

urls as (

    select * from {{ ref('int_profile_urls_normalized') }}

),

events_per_row as (

    select
        import_id,
        row_number,
        arg_max(state, event_id) as state,
        arg_max(struct_pack(arrived_fields, missing_fields, changed_fields, why), event_id) as newest,
        arg_max(request_id, event_id) filter (where request_id is not null) as request_id,
        arg_max(resent_fields, event_id) filter (where resent_fields is not null) as resent_fields,
        min(happened_at) filter (where state = 'sending') as first_sent_at,
        count(*) filter (where state = 'sending') as times_sent,
        min(happened_at) filter (where state in ('verified', 'missing_fields', 'changed_fields')) as first_seen_at
    from {{ ref('stg_importer__import_events') }}
    where row_number is not null
    group by import_id, row_number

),

resolved as (

    select
        import_rows.*,
        imports.target,
        imports.campaign_id,
        imports.list_id,
        imports.planned_at,
        {{ lead_id(
            'urls.normalized_profile_url', 'import_rows.profile_url_raw',
            "'import:' || import_rows.import_id || '/' || import_rows.row_number"
        ) }} as lead_id,
        urls.normalized_profile_url,
        coalesce(urls.profile_url_kind, 'empty') as profile_url_kind,
        case
            when import_rows.reason is not null then 'left_out'
            when imports.target = 'upstream' then 'kept'
            else coalesce(events_per_row.state, 'planned')
        end as state,
        events_per_row.request_id,
        case when events_per_row.times_sent > 0 then coalesce(events_per_row.resent_fields, import_rows.planned_fields) end as sent_fields,
        events_per_row.newest.arrived_fields as arrived_fields,
        events_per_row.newest.missing_fields as missing_fields,
        events_per_row.newest.changed_fields as changed_fields,
        coalesce(import_rows.reason, events_per_row.newest.why) as why,
        events_per_row.first_sent_at,
        coalesce(events_per_row.times_sent, 0) as times_sent,
        events_per_row.first_seen_at
    from import_rows
    inner join imports on import_rows.import_id = imports.import_id
    left join urls on import_rows.profile_url_raw = urls.profile_url_raw
    left join events_per_row
        on import_rows.import_id = events_per_row.import_id
        and import_rows.row_number = events_per_row.row_number

)

select * from resolved
