{#- First and last touch of each person: the sources that brought them first and last. A touch is a list or an
    import in which the person stood with a source; upstream files have no time of their own and are none. -#}

with touches as (

    select
        *,
        row_number() over (
            partition by lead_id
            order by observed_at, list_id, row_key, content_hash
        ) as first_rank,
        row_number() over (
            partition by lead_id
            order by observed_at desc, list_id desc, row_key desc, content_hash desc
        ) as last_rank
    from {{ ref('int_lead_evidence') }}
    where source is not null and origin <> 'upstream'

),

first_touches as (

    select * from touches
    where first_rank = 1

),

last_touches as (

    select * from touches
    where last_rank = 1

)

select
    first_touches.lead_id,
    first_touches.source as first_touch_source,
    first_touches.source_list as first_touch_source_list,
    first_touches.batch_id as first_touch_batch_id,
    first_touches.observed_at as first_touch_at,
    last_touches.source as last_touch_source,
    last_touches.source_list as last_touch_source_list,
    last_touches.batch_id as last_touch_batch_id,
    last_touches.observed_at as last_touch_at
from first_touches
inner join last_touches on first_touches.lead_id = last_touches.lead_id
