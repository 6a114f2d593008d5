{{ config(materialized='ephemeral') }}

{#- Who replied twice is one person who replied. -#}

select
    connection_id,
    kind,
    happened_at,
    happened_earliest,
    happened_latest,
    method
from {{ ref('engagement_events') }}
where connection_id is not null
qualify row_number() over (
    partition by connection_id, kind order by happened_latest nulls last, happened_earliest nulls last, engagement_id
) = 1
