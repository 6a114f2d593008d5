{{ config(materialized='ephemeral') }}

{%- set breakdowns = dimensions() | selectattr('decomposed', 'defined') | list -%}

select
    {%- for entry in breakdowns %}
    connections.{{ entry.column }},
    {%- endfor %}
    connections.sent_cohort_at >= periods.since as is_now,
    cast(connections.is_accepted_in_window as integer) as accepted
from {{ ref('heyreach_connections') }} as connections
cross join {{ ref('rpt_periods_compared') }} as periods
where connections.is_mature
    and {{ is_in_compared_periods('connections.sent_cohort_at') }}
