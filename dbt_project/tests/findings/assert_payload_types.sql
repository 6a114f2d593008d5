{#- Without these fields no request can be counted, so the last good warehouse stays; see fnd_payload_problems. -#}
{{ config(store_failures=true) }}

select
    resource || '.' || field as field,
    problem
from {{ ref('fnd_payload_problems') }}
where stops_publication
