{#- The score that could be had just before each request went out, by the profiles of now: what became of it is held against it. -#}

with run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

-- What is known in the very moment may have come of the request.
moments as (

    select
        connections.connection_id as key,
        connections.lead_id,
        {{ seconds_after('coalesce(connections.sent_cohort_earliest, connections.sent_cohort_at)', '-1') }} as moment
    from {{ ref('heyreach_connections') }} as connections
    where connections.is_sent and coalesce(connections.sent_cohort_earliest, connections.sent_cohort_at) is not null

),

{{ facts_at() }}

{{ scored() }}

select
    scored.key as connection_id,
    scored.lead_id,
    scored.icp_profile,
    scored.moment as known_until,
    {{ score_columns() }},
    run_parameters.as_of
from scored
cross join run_parameters
