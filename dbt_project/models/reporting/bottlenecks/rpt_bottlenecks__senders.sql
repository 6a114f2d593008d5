{{ config(materialized='ephemeral', contract={'enforced': false}) }}

with senders as (

    select * from {{ ref('fnd_sender_capacity') }}

),

waiting as (

    select
        campaign_id,
        account_id,
        count(*) as queued
    from {{ ref('heyreach_connections') }}
    where is_waiting
    group by campaign_id, account_id

),

paused_campaigns as (

    select
        campaigns.campaign_id,
        campaigns.campaign_name,
        cast(sum(waiting.queued) as bigint) as queued,
        cast(sum(waiting.queued) filter (where not senders.can_send) as bigint) as behind_blocked_senders
    from waiting
    inner join {{ ref('heyreach_campaigns') }} as campaigns on waiting.campaign_id = campaigns.campaign_id
    {{ join_status('campaign_statuses', 'campaigns.campaign_status') }}
    left join senders on waiting.account_id = senders.account_id
    where campaigns.is_present and campaign_statuses.waits_for_resuming
    group by campaigns.campaign_id, campaigns.campaign_name

)

select
    {{ cause_line(
        'campaign_paused', "'campaign'", 'paused.campaign_id', 'paused.campaign_name', 'paused.queued',
        {
            'waiting': 'paused.queued',
            'campaign': 'paused.campaign_name',
            'unable': 'nullif(paused.behind_blocked_senders, 0)',
        }
    ) }}
from paused_campaigns as paused
{%- for cause, entry in causes().items() if entry['stage'] == 'sending' %}
union all
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
        }
    ) }}
from senders
cross join {{ ref('stg_operations__run_parameters') }} as run_parameters
where senders.cause = '{{ cause }}'
{%- endfor %}
