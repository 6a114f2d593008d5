with watches as (

    select * from {{ source('operations', 'watches') }}

),

-- A journal may be landed twice.
distinct_watches as (

    select *
    from watches
    qualify row_number() over (partition by watch_id order by declared_at) = 1

)

select
    watch_id,
    decision,
    profile_url,
    company_domain,
    icp_profile,
    as_of as declared_as_of,
    declared_at
from distinct_watches
