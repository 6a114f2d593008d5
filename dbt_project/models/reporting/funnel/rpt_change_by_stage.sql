{{ config(materialized='ephemeral') }}

{#- How much of the change of accepted requests comes from each stage, as a multiple of the one before: by logarithmic means
    (LMDI), or by Shapley where a count is zero. -#}
{%- set stages = change_stages() -%}

-- Of nothing out of nothing, the other period's.
with ratios as (

    select
        *,
        cast(imported_before as double) as f1_before,
        cast(imported_now as double) as f1_now,
        {%- for stage in stages[1:] %}
        {%- set before = stages[loop.index0] %}
        {%- set ratio_before = rate(stage ~ '_before', before ~ '_before') %}
        {%- set ratio_now = rate(stage ~ '_now', before ~ '_now') %}
        coalesce({{ ratio_before }}, {{ ratio_now }}, 0) as f{{ loop.index + 1 }}_before,
        coalesce({{ ratio_now }}, {{ ratio_before }}, 0) as f{{ loop.index + 1 }}_now,
        {%- endfor %}
        least(
            imported_before, imported_now, enrolled_before, enrolled_now, accepted_before, accepted_now
        ) > 0 as is_above_zero
    from {{ ref('rpt_change_counts') }}

)

{%- for stage in stages %}
{%- set factor = 'f' ~ loop.index %}
{%- set others = ['f1', 'f2', 'f3', 'f4'] | reject('equalto', factor) | list %}
select
    'stage' as breakdown,
    '{{ stage }}' as part,
    case when is_above_zero then 'lmdi' else 'shapley' end as method,
    case
        when is_above_zero
            then {{ lmdi('accepted_before', 'accepted_now', factor ~ '_before', factor ~ '_now') }}
        else {{ shapley_of_four(factor, others) }}
    end as contribution,
    cast(null as double) as contribution_error
from ratios
-- More at a stage than nothing at the one before it can't be a multiple of it.
where abs(f1_before * f2_before * f3_before * f4_before - accepted_before) < 1e-6
    and abs(f1_now * f2_now * f3_now * f4_now - accepted_now) < 1e-6
{% if not loop.last %}union all{% endif %}
{%- endfor %}
