{{ config(materialized='ephemeral', contract={'enforced': false}) }}

with run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

cusum as (

    select * from {{ ref('fnd_acceptance_cusum') }}

),

newest_days as (

    select
        dimension,
        segment,
        max(sent_date) as newest_date
    from cusum
    group by dimension, segment

),

drops as (

    select
        cusum.dimension,
        cusum.segment,
        min(cusum.sent_date) filter (where cusum.cusum > 0) as since,
        min(cusum.sent_date) filter (where cusum.cusum >= run_parameters.acceptance_alarm_level) as alarmed_on,
        max(cusum.sent_date) as judged_until,
        max(newest_days.newest_date) as newest_date,
        cast(sum(cusum.sent) filter (where cusum.cusum > 0) as bigint) as sent,
        cast(sum(cusum.accepted) filter (where cusum.cusum > 0) as bigint) as accepted,
        sum(cusum.expected) filter (where cusum.cusum > 0) as expected,
        max(run_parameters.early_window_days) as early_window_days
    from cusum
    inner join newest_days
        on cusum.dimension = newest_days.dimension
        and cusum.segment = newest_days.segment
    cross join run_parameters
    group by cusum.dimension, cusum.segment, cusum.restarts, cusum.excursion
    having max(cusum.cusum) >= max(run_parameters.acceptance_alarm_level)

)
{% for line, operator in [('acceptance_drop_of_sender', '='), ('acceptance_drop', '<>')] %}
select
    {{ anomaly_line(
        line, 'drops.dimension', 'drops.segment', "coalesce(accounts.label, 'All senders')",
        since='drops.since',
        alarmed_on='drops.alarmed_on',
        judged_until='drops.judged_until',
        is_open='drops.judged_until = drops.newest_date',
        observed='drops.accepted',
        expected='drops.expected',
        evidence_n='drops.sent',
        facts={
            'sender': 'accounts.label',
            'sent': 'drops.sent',
            'since': 'drops.since',
            'until': 'drops.judged_until',
            'accepted': 'drops.accepted',
            'early_days': 'drops.early_window_days',
            'expected': 'round(drops.expected, 1)',
        }
    ) }}
from drops
left join {{ ref('heyreach_accounts') }} as accounts on drops.dimension = 'account' and drops.segment = accounts.account_id
where drops.dimension {{ operator }} 'account'
{%- if not loop.last %}
union all
{%- endif %}
{%- endfor %}
