{{ config(materialized='ephemeral', contract={'enforced': false}) }}

with accounts as (

    select * from {{ ref('rpt_account_performance') }}

)

select
    {{ health_line(
        'senders_unable',
        'count(*)',
        each={
            'sender': 'label',
            'state': code_words('unable_because', 'sender'),
        },
        order_by='label'
    ) }}
from accounts
where not can_send
    and (is_active or sent > 0)
    and queued_running = 0
    and configuration_status <> 'configured_not_listed'
having count(*) > 0
union all
select
    {{ health_line(
        'accounts_unmapped',
        'count(*)',
        each={'sender': 'accounts.label', 'id': 'accounts.account_id'},
        order_by='accounts.label, accounts.account_id',
        severity="case when bool_or(metadata.level = 'fail') then 'blind' else 'note' end"
    ) }}
from accounts
left join {{ ref('rpt_attribution_coverage') }} as metadata on metadata.scope = 'accounts'
where accounts.configuration_status in ('unmapped', 'inferred')
having count(*) > 0
union all
select
    {{ health_line(
        'accounts_not_listed',
        'count(*)',
        each={'sender': 'label', 'id': 'account_id'},
        order_by='label, account_id'
    ) }}
from accounts
where configuration_status = 'configured_not_listed'
having count(*) > 0
union all
select
    {{ health_line('daily_counts_missing', 'count(*)', each={'sender': 'label'}, order_by='label') }}
from accounts
where days_without_counts > 0 and sent_to_date > 0
having count(*) > 0
