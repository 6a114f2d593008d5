{{ config(materialized='ephemeral', contract={'enforced': false}) }}

with senders as (

    select * from {{ ref('fnd_sender_capacity') }}

),

run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

-- Where moving its leads brings more than mending the sender.
moving as (

    select
        moves.segment as account_id,
        moves.worth as moved,
        restores.worth as restored
    from {{ ref('fnd_week_worths') }} as moves
    inner join {{ ref('fnd_week_worths') }} as restores
        on moves.cause = restores.cause and moves.segment = restores.segment and restores.kind = 'restore'
    where moves.kind = 'move' and moves.is_best_remedy and {{ is_worth_something('moves.worth - restores.worth') }}

)

{%- for cause, entry in causes().items() if entry['stage'] == 'sending' %}
select
    {{ cause_line(
        cause, "'account'", 'senders.account_id', 'senders.label', 'senders.queued_running',
        {
            'sender': 'senders.label',
            'waiting': 'senders.queued_running',
            'days': 'cast(ceil(senders.queue_days) as bigint)',
            'limit': 'senders.daily_request_limit',
            'usual': 'senders.usual_daily_limit',
            'sent': 'senders.sent_while_watched',
            'watched_days': 'run_parameters.stall_business_days',
            'before': 'senders.recent_daily_limit',
            'moved': 'moving.moved',
            'restored': 'moving.restored',
        }
    ) }}
from senders
cross join run_parameters
left join moving on senders.account_id = moving.account_id
where senders.cause = '{{ cause }}'
{%- if not loop.last %}
union all
{%- endif %}
{%- endfor %}
