{{ config(materialized='ephemeral', contract={'enforced': false}) }}

with senders as (

    select * from {{ ref('fnd_sender_capacity') }}

),

run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

with_room as (

    select * from senders
    where has_room

),

with_too_many as (

    select
        *,
        queued_running - coalesce(weekly_capacity, 0) as too_many
    from senders
    where queued_running > coalesce(weekly_capacity, 0)

),

open_long as (

    select
        count(*) as requests,
        max(run_parameters.expiry_days) as days
    from {{ ref('heyreach_connections') }} as connections
    cross join run_parameters
    where {{ is_open_long('connections', 'run_parameters') }}
    having count(*) > 0

)

select
    {{ cause_line(
        'too_few_leads', "'all'", "'senders'", "'" ~ causes()['too_few_leads']['label'] ~ "'", 'cast(sum(weekly_room) as bigint)',
        {
            'room': 'cast(sum(weekly_room) as bigint)',
            'sent': 'cast(sum(sent_last_7_days) as bigint)',
            'capacity': 'cast(sum(weekly_capacity) as bigint)',
            'largest': listed(
                causes()['too_few_leads']['each'],
                {'sender': 'label', 'room': 'weekly_room', 'capacity': 'weekly_capacity'},
                'weekly_room desc, account_id'
            ),
            'others': '(select ' ~ listed(
                causes()['too_few_leads']['other'],
                {'sender': 'label', 'waiting': 'too_many'},
                'too_many desc, account_id'
            ) ~ ' from with_too_many)',
        }
    ) }}
from with_room
having count(*) > 0
union all
select
    {{ cause_line(
        'requests_open_long', "'all'", "'requests'", "'" ~ causes()['requests_open_long']['label'] ~ "'", 'requests',
        {'open': 'requests', 'days': 'days'},
        is_minor='true'
    ) }}
from open_long
