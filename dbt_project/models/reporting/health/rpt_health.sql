{#- Each part says lines of one subject; a line without anything to say doesn't appear. -#}

{%- set subjects = ['runs', 'pulls', 'payloads', 'webhooks', 'provider_counts', 'requests', 'attribution', 'senders'] %}

with lines as (
    {% for subject in subjects %}
    select * from {{ ref('rpt_health__' ~ subject) }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

)

select
    row_number() over (
        order by case lines.severity when 'blind' then 1 when 'blocked' then 2 else 3 end, lines.topic
    ) as line_number,
    lines.severity,
    lines.topic,
    lines.affected,
    lines.message,
    run_parameters.as_of
from lines
cross join {{ ref('stg_operations__run_parameters') }} as run_parameters
