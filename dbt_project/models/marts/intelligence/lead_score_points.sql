{#- Every lead by every profile, now. What each point stands on is in lead_scores, and what it was before in lead_score_history. -#}

with known as (

    select
        lead_id as key,
        as_of as moment,
        *
    from {{ ref('lead_facts') }}
    where known_until is null

),

{{ facts_of('known') }}

{{ scored() }}

select
    lead_id,
    icp_profile,
    {{ score_columns() }},
    moment as as_of
from scored
-- So that a page of it, and one lead, is found in a small part of the file.
order by lead_id, icp_profile
