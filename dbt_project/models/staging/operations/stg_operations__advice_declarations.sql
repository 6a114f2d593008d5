with advice_declarations as (

    select * from {{ source('operations', 'advice_declarations') }}

),

-- A journal may be landed twice.
distinct_declarations as (

    select *
    from advice_declarations
    qualify row_number() over (partition by declaration_id order by declared_at) = 1

)

select
    declaration_id,
    advice_id,
    decision,
    reason,
    as_of as declared_as_of,
    declared_at,
    evidence_n,
    worth
from distinct_declarations
