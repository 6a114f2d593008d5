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
    cast(null as double) as observed,
    cast(null as double) as expected,
    bottlenecks.evidence_n,
    bottlenecks.why as message,
    bottlenecks.what_to_do,
    bottlenecks.rank as bottleneck_rank
from {{ ref('rpt_bottlenecks') }} as bottlenecks
inner join {{ ref('fnd_sender_causes_dated') }} as dated
    on bottlenecks.segment = dated.account_id
    and bottlenecks.cause = dated.cause
where bottlenecks.dimension = 'account' and bottlenecks.verdict = 'blocked'
