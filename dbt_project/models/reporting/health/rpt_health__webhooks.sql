{{ config(materialized='ephemeral', contract={'enforced': false}) }}

with webhook_problems as (

    select
        problem,
        count(*) as events,
        min(
            file_name || ': timestamp ' || coalesce('"' || left(happened_at_text, 60) || '"', 'none')
            || ', campaign ' || coalesce('"' || left(campaign_id, 60) || '"', 'none')
        ) as example,
        (select count(*) from {{ ref('int_webhook_events_matched') }}) as all_events
    from {{ ref('int_webhook_events_matched') }}
    where problem is not null
    group by problem

),

unknown_types as (

    select
        coalesce(event_type, 'none') as event_type,
        count(*) as events
    from {{ ref('stg_heyreach__webhook_events') }}
    where event_type is null or event_type not in ('{{ webhook_event_types() | join("', '") }}')
    group by event_type

)

select
    {{ health_line(
        'webhook_events_unused',
        'sum(events)',
        {'events': 'cast(sum(events) as bigint)', 'all_events': 'max(all_events)', 'expected': expected_webhook_event()},
        each={'problem': 'problem', 'events': 'events', 'example': 'example'},
        order_by='events desc, problem'
    ) }}
from webhook_problems
having count(*) > 0
union all
select
    {{ health_line(
        'webhook_types_unknown',
        'sum(events)',
        each={'type': 'left(event_type, 60)', 'events': 'events'},
        order_by='events desc, event_type'
    ) }}
from unknown_types
having count(*) > 0
