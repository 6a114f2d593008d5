{#- What HeyReach answered to each request of an import. It counts and names nobody. -#}

with events as (

    select * from {{ ref('stg_importer__import_events') }}
    where row_number is null

)

select
    import_id,
    request_id,
    max(request_source) as request_source,
    max(request_leads) as leads,
    max(added) as added,
    max(updated) as updated,
    max(failed) as failed
from events
group by import_id, request_id
