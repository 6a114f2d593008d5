{{ config(materialized='ephemeral', contract={'enforced': false}) }}

select
    bottlenecks.cause as kind,
    bottlenecks.dimension,
    bottlenecks.segment,
    bottlenecks.segment_label,
    dated.since,
    dated.since as alarmed_on,
    {{ utc_date('bottlenecks.as_of') }} as judged_until,
    true as is_open,
    capacity.sent_last_7_days as observed,
    dated.sent_in_7_days_before as expected,
    bottlenecks.evidence_n,
    bottlenecks.why as message,
    bottlenecks.what_to_do,
    bottlenecks.rank as bottleneck_rank
from {{ ref('rpt_bottlenecks') }} as bottlenecks
inner join {{ ref('fnd_sender_causes_dated') }} as dated
    on bottlenecks.segment = dated.account_id
    and bottlenecks.cause = dated.cause
inner join {{ ref('fnd_sender_capacity') }} as capacity on bottlenecks.segment = capacity.account_id
where bottlenecks.dimension = 'account' and bottlenecks.verdict = 'blocked'
