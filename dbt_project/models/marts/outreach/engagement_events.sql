{#- What people did after they were written to. Times have bounds, as those of requests have. -#}

with told as (

    select * from {{ ref('engagement_events__told') }}
    where kind <> 'reply'

),

-- A line of the operator's is a meeting of its own, one a day; a tag says that there is one, and nothing new where a line does.
meetings as (

    select * from told
    where kind = 'meeting'
    qualify if(
        method = 'file',
        row_number() over (partition by lead_id, method, {{ utc_date('earliest') }} order by latest, telling) = 1,
        row_number() over (partition by lead_id, method = 'file' order by latest, telling) = 1
        and not coalesce(bool_or(method = 'file') over (partition by lead_id), false)
    )

),

others as (

    select * from told
    where kind <> 'meeting'
    qualify row_number() over (partition by kind, lead_id, earliest, latest order by telling) = 1

),

events as (

    select * from {{ ref('engagement_events__replies') }}
    union all by name
    select * from meetings
    union all by name
    select * from others

)

select
    md5(concat_ws('|', events.kind, events.telling)) as engagement_id,
    events.lead_id,
    events.connection_id,
    events.account_id,
    events.campaign_id,
    events.kind,
    events.happened_at,
    events.earliest as happened_earliest,
    events.latest as happened_latest,
    events.method,
    events.source,
    run_parameters.as_of
from events
cross join {{ ref('stg_operations__run_parameters') }} as run_parameters
