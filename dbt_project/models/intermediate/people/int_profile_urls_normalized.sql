with spellings as (

    select profile_url_raw from {{ ref('stg_heyreach__campaign_leads') }}
    union
    select profile_url_raw from {{ ref('stg_heyreach__list_lead_observations') }}
    union
    select profile_url_raw from {{ ref('stg_importer__import_rows') }}
    union
    select profile_url_raw from {{ ref('stg_heyreach__webhook_events') }}
    union
    select profile_url_raw from {{ ref('stg_heyreach__conversation_observations') }}
    union
    select profile_url_raw from {{ ref('stg_signals__events') }}
    union
    select found_profile_url_raw from {{ ref('stg_enrichment__answers') }}

),

-- What normalize_linkedin_url and linkedin_url_kind give, parsed once for both.
parsed as (

    select
        profile_url_raw,
        {{ _parse_linkedin_url('profile_url_raw') }} as profile_url
    from spellings
    where profile_url_raw is not null

)

select
    profile_url_raw,
    profile_url.key as normalized_profile_url,
    profile_url.kind as profile_url_kind
from parsed
