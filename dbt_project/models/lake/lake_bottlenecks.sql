{#- The list of what stalls, without its sentences. A segment that has the same name in every workspace is named; of any other
    there is a key, which tells it apart and says nothing. -#}

with known as (

    select distinct dimension, segment from {{ ref('fnd_segments_labeled') }}
    where dimension in {{ names_in(shared_dimensions()) }}

)

select
    bottlenecks.rank,
    bottlenecks.tier,
    bottlenecks.stage,
    bottlenecks.cause,
    bottlenecks.dimension,
    known.segment,
    case when known.segment is null then bottlenecks.segment end as subject_key,
    bottlenecks.recoverable_accepts_per_week,
    bottlenecks.worth_low,
    bottlenecks.worth_high,
    bottlenecks.evidence_n,
    bottlenecks.q_value,
    bottlenecks.verdict,
    bottlenecks.since,
    bottlenecks.first_shown_at,
    bottlenecks.as_of
from {{ ref('rpt_bottlenecks') }} as bottlenecks
left join known
    on bottlenecks.dimension = known.dimension
    and bottlenecks.segment = known.segment
