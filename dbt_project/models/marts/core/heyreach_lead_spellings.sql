with lead_rows as (

    select * from {{ ref('int_lead_rows_identified') }}

),

run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

spellings as (

    select
        lead_id,
        profile_url_raw,
        max(normalized_profile_url) as normalized_profile_url,
        max(profile_url_kind) as profile_url_kind,
        count(*) as row_count,
        min(first_observed_at) as first_observed_at
    from lead_rows
    where trim(profile_url_raw) <> ''
    group by lead_id, profile_url_raw

)

select
    md5(spellings.lead_id || '|' || spellings.profile_url_raw) as lead_spelling_id,
    spellings.lead_id,
    spellings.profile_url_raw,
    spellings.normalized_profile_url,
    spellings.profile_url_kind,
    spellings.row_count,
    spellings.first_observed_at,
    run_parameters.as_of
from spellings
cross join run_parameters
