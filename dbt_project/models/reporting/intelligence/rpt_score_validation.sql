{%- set parts = ['order', 'tiers', 'lift', 'newest', 'drift'] -%}

with metrics as (
    {% for part in parts %}
    select * from {{ ref('rpt_score_validation__' ~ part) }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

)

select
    metrics.icp_profile,
    metrics.metric,
    metrics.scope,
    -- Rounded, because logarithms and powers differ in the last digits.
    round(metrics.value, 6) as value,
    round(metrics.ci_low, 6) as ci_low,
    round(metrics.ci_high, 6) as ci_high,
    cast(metrics.n as bigint) as n,
    cast(metrics.accepted as bigint) as accepted,
    metrics.verdict,
    run_parameters.as_of
from metrics
cross join {{ ref('stg_operations__run_parameters') }} as run_parameters
