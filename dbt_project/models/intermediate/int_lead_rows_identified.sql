with campaign_leads as (

    select * from {{ ref('stg_heyreach__campaign_leads') }}

),

list_leads as (

    select * from {{ ref('stg_heyreach__list_leads') }}

),

urls as (

    select * from {{ ref('int_profile_urls_normalized') }}

),

rows_of_both as (

    select
        'campaign' as found_in,
        campaign_id as container_id,
        campaign_lead_id as row_key,
        profile_url_raw,
        created_at,
        first_observed_at,
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
        is_present
    from list_leads

),

identified as (

    select
        rows_of_both.found_in,
        rows_of_both.container_id,
        rows_of_both.row_key,
        {{ lead_id('urls.normalized_profile_url', "nullif(trim(rows_of_both.profile_url_raw), '')", "rows_of_both.found_in || ':' || rows_of_both.row_key") }} as lead_id,
        rows_of_both.profile_url_raw,
        urls.normalized_profile_url,
        coalesce(urls.profile_url_kind, 'empty') as profile_url_kind,
        rows_of_both.created_at,
        rows_of_both.first_observed_at,
        rows_of_both.is_present
    from rows_of_both
    left join urls on rows_of_both.profile_url_raw = urls.profile_url_raw

)

select * from identified
