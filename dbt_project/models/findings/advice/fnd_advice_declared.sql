select
    declarations.*,
    {{ days_after('declarations.declared_as_of', days_declined()) }} as declined_until,
    run_parameters.as_of < {{ days_after('declarations.declared_as_of', days_declined()) }} as is_in_force
from {{ ref('stg_operations__advice_declarations') }} as declarations
cross join {{ ref('stg_operations__run_parameters') }} as run_parameters
where declarations.declared_as_of <= run_parameters.as_of
qualify row_number() over (
    partition by declarations.advice_id order by declarations.declared_at desc, declarations.declaration_id desc
) = 1
