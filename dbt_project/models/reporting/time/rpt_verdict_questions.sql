{{ config(materialized='ephemeral') }}

{%- set verdicts = {
    'source': 'sources', 'icp': 'ICPs', 'account': 'senders', 'list': 'lists', 'campaign': 'campaigns', 'account_type': 'account types',
} -%}

select
    'accept_rate' as question,
    1 as question_order,
    'First accept rate' as label,
    'all' as dimension,
    acceptance_window_days as age_days
from {{ ref('rpt_verdict_basis') }}
{%- for dimension, words in verdicts.items() %}
union all
select 'verdict_{{ dimension }}', {{ loop.index + 1 }}, 'First verdict on {{ words }}', '{{ dimension }}', acceptance_window_days
from {{ ref('rpt_verdict_basis') }}
{%- endfor %}
union all
select 'time_to_accept', 8, 'How long acceptances take', 'all', {{ time_to_accept_days() }}
from {{ ref('rpt_verdict_basis') }}
union all
select 'acceptance_alarm', 9, 'Alarm on a sudden drop of acceptance', 'account', early_window_days
from {{ ref('rpt_verdict_basis') }}
