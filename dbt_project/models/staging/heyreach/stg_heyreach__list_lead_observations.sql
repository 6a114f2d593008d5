with observations as (

    select distinct on (list_id, list_row_key, observed_at, pull_id, content_hash)
        list_id,
        list_row_key,
        observed_at,
        pull_id,
        content_hash,
        payload
    from {{ source('heyreach', 'list_leads') }}
    where pull_id in (select pulls.pull_id from {{ ref('stg_heyreach__pulls') }} as pulls)
        and payload is not null

),

named as (

    select
        list_id,
        list_row_key,
        observed_at,
        pull_id,
        content_hash,
        payload ->> '$.profileUrl' as profile_url_raw,
        {%- for field in attribution_fields() %}
        {{ custom_field(field) }} as custom_{{ field }},
        {%- endfor %}
        {{ payload_text('companyName') }} as heyreach_company_name,
        {{ payload_text('position') }} as heyreach_position,
        {{ payload_text('headline') }} as heyreach_headline
    from observations

)

select * from named
