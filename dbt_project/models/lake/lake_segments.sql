{#- What lies beside a segment are all others of its dimension, also those that stay in the workspace. -#}

with segments as (

    select
        *,
        sum(mature_sent) over (partition by dimension) - mature_sent as rest_mature_sent,
        sum(mature_accepted) over (partition by dimension) - mature_accepted as rest_mature_accepted
    from {{ ref('rpt_segment_performance') }}
    where dimension in {{ names_in(shared_dimensions()) }}

),

known as (

    select distinct dimension, segment from {{ ref('fnd_segments_labeled') }}

)

select
    segments.dimension,
    segments.segment,
    segments.segment_label,
    segments.sent,
    segments.mature_sent,
    segments.mature_accepted,
    cast(segments.rest_mature_sent as bigint) as rest_mature_sent,
    cast(segments.rest_mature_accepted as bigint) as rest_mature_accepted,
    segments.evidence_sent,
    segments.evidence_accepted,
    segments.accept_rate,
    segments.ci_low,
    segments.ci_high,
    segments.rate_withheld_because,
    segments.difference,
    segments.difference_low,
    segments.difference_high,
    segments.verdict,
    segments.as_of
from segments
inner join known
    on segments.dimension = known.dimension
    and segments.segment = known.segment
