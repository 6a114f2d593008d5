{{ config(materialized='ephemeral') }}

with rows_per_list as (

    select
        lead_id,
        container_id,
        count(*) as list_rows
    from {{ ref('int_lead_rows_identified') }}
    where found_in = 'list' and is_present
    group by lead_id, container_id

)

select
    lead_id,
    count(*) as list_count,
    max(list_rows) > 1 as is_duplicate_in_list
from rows_per_list
group by lead_id
