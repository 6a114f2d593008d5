with campaign_leads as (

    select * from {{ ref('stg_heyreach__campaign_leads') }}

),

list_leads as (

    select * from {{ ref('stg_heyreach__list_leads') }}

),

-- Whoever was to be sent is a lead, also one who never arrived; a row that was left out is only a row.
import_rows as (

    select * from {{ ref('int_import_rows_resolved') }}
    where state not in ('left_out', 'kept')

),

urls as (

    select * from {{ ref('int_profile_urls_normalized') }}

),

all_rows as (

    select
        'campaign' as found_in,
        campaign_id as container_id,
        campaign_lead_id as row_key,
        profile_url_raw,
        created_at,
        first_observed_at,
        last_changed_at,
        is_present
    from campaign_leads
    union all
    select
        'list' as found_in,
        list_id as container_id,
        list_row_key as row_key,
        profile_url_raw,
        null as created_at,
        first_observed_at,
        last_changed_at,
        is_present
    from list_leads
    union all
    select
        'import' as found_in,
        import_id as container_id,
        cast(row_number as varchar) as row_key,
        profile_url_raw,
        null as created_at,
        planned_at as first_observed_at,
        planned_at as last_changed_at,
        false as is_present
    from import_rows
    union all
    select
        'discovery' as found_in,
        integration as container_id,
        key as row_key,
        profile_url_raw,
        null as created_at,
        found_at as first_observed_at,
        found_at as last_changed_at,
        false as is_present
    from {{ ref('int_people_discovered') }}

),

identified as (

    select
        all_rows.found_in,
        all_rows.container_id,
        all_rows.row_key,
        {{ lead_id(
            'urls.normalized_profile_url', "nullif(trim(all_rows.profile_url_raw), '')",
            "all_rows.found_in || ':' || all_rows.row_key"
        ) }} as lead_id,
        all_rows.profile_url_raw,
        urls.normalized_profile_url,
        coalesce(urls.profile_url_kind, 'empty') as profile_url_kind,
        all_rows.created_at,
        all_rows.first_observed_at,
        all_rows.last_changed_at,
        all_rows.is_present
    from all_rows
    left join urls on all_rows.profile_url_raw = urls.profile_url_raw

)

select * from identified
