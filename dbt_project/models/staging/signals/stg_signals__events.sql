{#- A line is told once, however often it was copied. A site's clock may be a little ahead: what it tells is known when it happened. -#}
with lines as (

    select distinct on (signal_lines.event_key) signal_lines.*
    from {{ source('signals', 'signal_lines') }} as signal_lines
    cross join {{ ref('stg_operations__run_parameters') }} as run_parameters
    where signal_lines.observed_at <= run_parameters.as_of
    order by signal_lines.event_key, signal_lines.observed_at

),

named as (

    select
        event_key,
        file_name,
        observed_at,
        {{ signal_columns() }}
    from lines

)

select
    event_key,
    profile_url_raw,
    {{ company_domain('company') }} as company_domain,
    signal_type,
    occurred_at,
    is_day,
    greatest(observed_at, occurred_at) as detected_at,
    coalesce(source, 'file') as source,
    signal_data,
    file_name,
    observed_at
from named
