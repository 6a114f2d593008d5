{#- Text where a time is expected must parse: a new format would turn every time into NULL without a word. -#}
{{ config(store_failures=true) }}

{%- set times = [
    ('stg_heyreach__campaign_leads', 'creationTime', 'created_at'),
    ('stg_heyreach__campaign_leads', 'lastActionTime', 'last_action_at'),
    ('stg_heyreach__campaign_leads', 'failedTime', 'failed_at'),
    ('stg_heyreach__campaigns', 'creationTime', 'created_at'),
    ('stg_heyreach__campaigns', 'startedAt', 'started_at'),
    ('stg_heyreach__lists', 'creationTime', 'created_at'),
] %}

with unparsed as (

    {%- for model, field, column in times %}
    select '{{ model | replace('stg_heyreach__', '') }}.{{ field }}' as field
    from {{ ref(model) }}
    where {{ payload_text(field) }} is not null and {{ column }} is null
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

)

select
    field,
    count(*) || ' values are no ISO 8601 time' as problem
from unparsed
group by field
