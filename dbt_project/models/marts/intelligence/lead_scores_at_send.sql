{#- The score that could be had just before each request went out, by the profiles of now: what became of it is held against it. -#}

with run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

-- What is known in the very moment may have come of the request.
moments as (

    select
        connections.connection_id as key,
        connections.lead_id,
        connections.campaign_id,
        connections.campaign_lead_id,
        {{ seconds_after('coalesce(connections.sent_cohort_earliest, connections.sent_cohort_at)', '-1') }} as moment
    from {{ ref('heyreach_connections') }} as connections
    where connections.is_sent and coalesce(connections.sent_cohort_earliest, connections.sent_cohort_at) is not null

),

{{ known_at() }}

-- What upstream says of a request was so before it went out, also where it was read a little later.
described as (

    select
        known.* replace (
            {%- for field in ('title', 'company_size', 'company_industry', 'company_region') %}
            coalesce(attributed.{{ field }}, known.{{ field }}) as {{ field }},
            {%- endfor %}
            known.has_phone or attributed.phone is not null as has_phone,
            known.is_phone_known or attributed.phone is not null as is_phone_known
        )
    from known
    inner join moments on known.key = moments.key
    inner join {{ ref('int_connections_attributed') }} as attributed
        on moments.campaign_id = attributed.campaign_id
        and moments.campaign_lead_id = attributed.campaign_lead_id

),

{{ facts_of('described') }}

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
