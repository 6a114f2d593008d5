with dismissals as (

    select * from {{ source('operations', 'dismissals') }}

),

-- A journal may be landed twice.
distinct_dismissals as (

    select *
    from dismissals
    qualify row_number() over (partition by dismissal_id order by declared_at) = 1

)

select
    dismissal_id,
    decision,
    profile_url,
    icp_profile,
    total_score,
    reason,
    until_at,
    as_of as declared_as_of,
    declared_at
from distinct_dismissals
