{{ config(materialized='ephemeral') }}

{%- set listed = dimensions() | rejectattr('sensitive', 'defined') | list -%}

with requests as (

    select
        *,
        coalesce(is_accepted and hours_estimated <= {{ 24 * time_to_accept_days() | int }}, false) as is_accepted_in_30_days
    from {{ ref('fnd_acceptance_times') }}
    where is_watched_30_days

)

{%- for entry in [{'name': 'all', 'column': "'all'"}] + listed %}
select
    '{{ entry.name }}' as dimension,
    {{ segment_of(entry) }} as segment,
    is_accepted_in_30_days,
    hours_earliest,
    hours_latest,
    spread_from,
    spread_to
from {{ facts_by(entry, 'requests') }}
{% if not loop.last %}union all{% endif %}
{%- endfor %}
