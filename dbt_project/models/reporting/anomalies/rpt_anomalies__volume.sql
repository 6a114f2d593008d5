{{ config(materialized='ephemeral', contract={'enforced': false}) }}

with days as (

    select * from {{ ref('fnd_volume_days') }}

),

-- The day a low spell began is the first on which five days together were low; requests fell short up to five days before.
spells as (

    select
        dimension,
        segment,
        min(activity_date) filter (where is_low) as since,
        max(activity_date) filter (where is_low) as judged_until,
        max_by(sent_in_five_days, activity_date) filter (where is_low) as sent_in_five_days,
        max_by(usual_in_five_days, activity_date) filter (where is_low) as usual_in_five_days
    from days
    group by dimension, segment, spell
    having bool_or(is_low)

),

newest_days as (

    select
        dimension,
        segment,
        max(activity_date) as newest_date
    from days
    group by dimension, segment

)

select
    {{ anomaly_line(
        'volume_drop', 'spells.dimension', 'spells.segment', "coalesce(accounts.label, 'All senders')",
        since='spells.since',
        judged_until='spells.judged_until',
        is_open='spells.judged_until = newest_days.newest_date',
        observed='spells.sent_in_five_days',
        expected='spells.usual_in_five_days',
        evidence_n='spells.sent_in_five_days',
        facts={
            'sender': 'accounts.label',
            'sent': 'spells.sent_in_five_days',
            'until': 'spells.judged_until',
            'usual': 'cast(round(spells.usual_in_five_days) as bigint)',
        }
    ) }}
from spells
inner join newest_days
    on spells.dimension = newest_days.dimension
    and spells.segment = newest_days.segment
left join {{ ref('heyreach_accounts') }} as accounts on spells.dimension = 'account' and spells.segment = accounts.account_id
-- A sender that is named as blocked is not named again for sending less.
left join {{ ref('rpt_bottlenecks') }} as blocked
    on spells.dimension = 'account'
    and blocked.dimension = 'account'
    and blocked.verdict in ('blocked', 'declined')
    and spells.segment = blocked.segment
where blocked.segment is null or spells.judged_until < newest_days.newest_date
