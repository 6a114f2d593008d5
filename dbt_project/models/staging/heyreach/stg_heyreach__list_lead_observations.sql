with observations as (

    select
        list_id,
        list_row_key,
        observed_at,
        pull_id,
        content_hash,
        payload
    from {{ source('heyreach', 'list_leads') }}
    where pull_id in (select pulls.pull_id from {{ ref('stg_operations__pulls') }} as pulls)
        and payload is not null

),

read as (

    select
        *,
        {{ payload_record(['profileUrl', 'companyName', 'position', 'headline']) }} as record,
        {{ custom_fields() }} as custom
    from observations

),

named as (

    select
        list_id,
        list_row_key,
        observed_at,
        pull_id,
        content_hash,
        record.profileUrl as profile_url_raw,
        {%- for field in attribution_fields() %}
        {{ custom_field(field, 'custom') }} as custom_{{ field }},
        {%- endfor %}
        {{ respelled_fields('custom') }} as respelled_fields,
        record.companyName as heyreach_company_name,
        record.position as heyreach_position,
        record.headline as heyreach_headline
    from read

),

known as (

    select
        * replace (
            {%- for field in attribution_fields() %}
            {{ known_text('custom_' ~ field, is_collapsed=true) }} as custom_{{ field }},
            {%- endfor %}
            {{ known_text('heyreach_company_name') }} as heyreach_company_name,
            {{ known_text('heyreach_position') }} as heyreach_position,
            {{ known_text('heyreach_headline') }} as heyreach_headline
        )
    from named

)

-- Raw is at-least-once: the same observation may stand there twice.
select distinct * from known
