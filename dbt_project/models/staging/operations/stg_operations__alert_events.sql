with alert_events as (

    select * from {{ source('operations', 'alert_events') }}

),

-- A journal may be landed twice.
distinct_events as (

    select *
    from alert_events
    qualify row_number() over (partition by notice_id, event_number order by happened_at) = 1

)

select
    notice_id,
    event_number,
    happened_at,
    event,
    topic,
    subject,
    channel,
    error
from distinct_events
