{{ config(materialized='ephemeral') }}

select
    dimension,
    segment,
    {%- for bound in ('earliest', 'latest') %}
    {%- for name, share in time_to_accept_quantiles().items() %}
    percentile_disc({{ share }}) within group (
        order by case when is_accepted_in_30_days then hours_{{ bound }} end
    ) as {{ name }}_hours_{{ bound }},
    {%- endfor %}
    {%- for name, hours in time_to_accept_edges().items() %}
    count(*) filter (where hours_{{ bound }} < {{ hours }}) as within_{{ name }}_{{ bound }},
    {%- endfor %}
    {%- endfor %}
    {%- for name, (begins, ends) in time_to_accept_brackets().items() %}
    count(*) filter (
        where is_accepted_in_30_days and spread_from >= {{ begins }}{{ ' and spread_to <= ' ~ ends if ends }}
    ) as accepted_{{ name }},
    {%- endfor %}
    count(*) as requests,
    count(*) filter (where is_accepted_in_30_days) as accepted,
    percentile_cont(0.75) within group (
        order by case when is_accepted_in_30_days then spread_to - spread_from end
    ) as resolution_hours
from {{ ref('rpt_requests_timed') }}
group by dimension, segment
