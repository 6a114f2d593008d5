with import_rows as (

    select distinct on (import_id, row_number) *
    from {{ source('importer', 'import_rows') }}
    where import_id in (select imports.import_id from {{ ref('stg_importer__imports') }} as imports)

),

read as (

    select
        *,
        {{ custom_fields('lead', 'customUserFields') }} as custom
    from import_rows

),

named as (

    select
        import_id,
        row_number,
        {%- for field in ('segment', 'sequence', 'variant') %}
        {{ custom_field(field, 'custom') }} as {{ field }},
        {%- endfor %}
        {{ custom_field(note_step(), 'custom') }} is not null as has_note,
        profile_url as profile_url_in_file,
        {{ payload_text('profileUrl', 'lead') }} as profile_url_raw,
        account_id,
        reason,
        {{ custom_fields_joined('lead', 'customUserFields') }} as planned_fields,
        {%- for field in attribution_fields() %}
        {{ custom_field(field, 'custom') }} as custom_{{ field }}{{ ',' if not loop.last }}
        {%- endfor %}
    from read

),

known as (

    select
        * replace (
            {%- for field in attribution_fields() %}
            {{ known_text('custom_' ~ field, is_collapsed=true) }} as custom_{{ field }}{{ ',' if not loop.last }}
            {%- endfor %}
        )
    from named

)

select * from known
