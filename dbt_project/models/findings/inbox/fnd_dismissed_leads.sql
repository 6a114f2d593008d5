{#- Who is dismissed from the inbox now: until the time that was said, until they are worth as many points more as are told of whoever is
    watched, and until something new is known of them or their company. -#}

with newest as (

    select *
    from {{ ref('stg_operations__dismissals') }}
    qualify row_number() over (partition by profile_url order by declared_at desc, dismissal_id) = 1

),

dismissed as (

    select
        newest.*,
        leads.lead_id,
        leads.company_domain,
        run_parameters.watch_points
    from newest
    inner join {{ ref('heyreach_leads') }} as leads on newest.profile_url = 'https://www.' || leads.normalized_profile_url
    cross join {{ ref('stg_operations__run_parameters') }} as run_parameters
    where newest.decision = 'dismiss' and newest.until_at > run_parameters.as_of and leads.is_valid_profile_url

),

events as (

    select
        lead_id,
        company_domain,
        detected_at
    from {{ ref('signal_events') }}

),

moved as (

    select dismissed.lead_id
    from dismissed
    inner join events on dismissed.lead_id = events.lead_id and events.detected_at > dismissed.declared_as_of
    union all
    select dismissed.lead_id
    from dismissed
    inner join events on dismissed.company_domain = events.company_domain and events.detected_at > dismissed.declared_as_of
    union all
    select dismissed.lead_id
    from dismissed
    inner join {{ ref('lead_score_points') }} as points
        on dismissed.lead_id = points.lead_id
        and dismissed.icp_profile = points.icp_profile
        and points.total_score >= dismissed.total_score + dismissed.watch_points

)

select
    lead_id,
    reason,
    declared_at as dismissed_at,
    until_at as dismissed_until
from dismissed
where lead_id not in (select moved.lead_id from moved)
