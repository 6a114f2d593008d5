{#- Apart from heyreach_leads, because what an aggregate of texts holds can't be spilled while joins need room. -#}
select
    lead_id,
    {{ first_by('profile_url_raw', '(first_observed_at, profile_url_raw)') }} as linkedin_profile_url,
    max(normalized_profile_url) as normalized_profile_url,
    max(profile_url_kind) as profile_url_kind,
    count(distinct case when found_in = 'campaign' then container_id end) as campaign_count,
    count(distinct profile_url_raw) as spelling_count,
    bool_and(found_in = 'discovery') as is_discovered,
    min(created_at) as first_enrolled_at,
    min(case when found_in = 'list' then first_observed_at end) as first_listed_at,
    min(first_observed_at) as created_at,
    max(last_changed_at) as updated_at
from {{ ref('int_lead_rows_identified') }}
group by lead_id
