{{ config(materialized='ephemeral', contract={'enforced': false}) }}

with reconciliation as (

    select * from {{ ref('rpt_reconciliation') }}

)

select
    {{ health_line(
        'reconciliation',
        'count(*)',
        each={
            'campaign': 'campaign_name',
            'sender': 'account_label',
            'seen': 'seen_in_statuses',
            'event': 'event',
            'counted': 'counted_by_heyreach',
        },
        order_by='abs(gap) desc, campaign_name, account_label, event',
        separator='; '
    ) }}
from reconciliation
where not is_within_tolerance
having count(*) > 0
union all
select
    {{ health_line(
        'reconciliation_by_day',
        'count(*)',
        each={
            'campaign': 'campaign_name',
            'sender': 'account_label',
            'event': 'event',
            'days_apart': 'days_apart',
            'days': 'days_compared',
        },
        order_by='days_apart desc, campaign_name, account_label, event',
        separator='; '
    ) }}
from reconciliation
where is_within_tolerance and days_apart > 0
having count(*) > 0
union all
select
    {{ health_line(
        'clock',
        'contradictions',
        {
            'times': 'contradictions',
            'row_time': 'example_row_time',
            'read_time': 'example_read_time',
            'minutes': 'cast(ceil(greatest(seconds_ahead, seconds_behind) / 60.0) as bigint)',
        }
    ) }}
from {{ ref('int_clock_checked') }}
where contradictions > 0
union all
select
    {{ health_line('people_erased', 'sum(requests)', {'requests': 'sum(requests)'}) }}
from {{ ref('int_erased_requests') }}
where requests > 0
having count(*) > 0
