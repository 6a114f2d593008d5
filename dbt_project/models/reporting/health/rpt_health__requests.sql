{{ config(materialized='ephemeral', contract={'enforced': false}) }}

with run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

summary as (

    select * from {{ ref('rpt_summary') }}

),

connections as (

    select * from {{ ref('heyreach_connections') }}

),

import_progress as (

    select
        import_id,
        count(*) as unfinished
    from {{ ref('heyreach_import_leads') }}
    where state in ('planned', 'sending', 'unknown', 'answered')
    group by import_id

)

select
    {{ health_line(
        'acceptance_alarm_blind',
        'alarm.requests - alarm.judged',
        {
            'requests': 'alarm.requests',
            'since': 'alarm.since',
            'until': 'alarm.until',
            'judged': 'alarm.judged',
            'hours': 'alarm.hours_between_pulls',
            'needed_hours': '24 * run_parameters.dating_resolution_days',
        }
    ) }}
from {{ ref('fnd_acceptance_alarm_reach') }} as alarm
cross join run_parameters
where alarm.is_blind
union all
select
    {{ health_line(
        'connected_before',
        'already_connected',
        {
            'leads': 'already_connected',
            'undecided': 'case when undecided > 0 and sent_to_date_low < sent_to_date_high then undecided end',
            'uncertain': 'sent_to_date_high - sent_to_date_low',
            'counted': 'case when undecided > 0 and not coalesce(sent_to_date_low < sent_to_date_high, false) then undecided end',
        }
    ) }}
from summary
where already_connected > 0 or undecided > 0
union all
select
    {{ health_line('requests_undated', 'sent_undated', {'undated': 'sent_undated', 'requests': 'sent_to_date'}) }}
from summary
where sent_undated > 0
union all
select
    {{ health_line('status_gone_back', 'count(*)', {'leads': 'count(*)'}) }}
from connections
where has_gone_back
having count(*) > 0
union all
select
    {{ health_line('requests_out_of_sight', 'count(*)', {'requests': 'count(*)'}) }}
from connections
where is_out_of_sight
having count(*) > 0
union all
select
    {{ health_line(
        'windows_unwatched',
        'count(*)',
        {
            'requests': 'count(*)',
            'dating_days': 'max(run_parameters.dating_resolution_days)',
            'window_days': 'max(run_parameters.acceptance_window_days)',
        }
    ) }}
from connections
cross join run_parameters
where connections.is_window_end_unwatched
having count(*) > 0
union all
select
    {{ health_line(
        'imports_unfinished',
        'sum(unfinished)',
        {'first': 'min(import_id)'},
        each={'import': 'import_id', 'leads': 'unfinished'},
        order_by='import_id'
    ) }}
from import_progress
having count(*) > 0
