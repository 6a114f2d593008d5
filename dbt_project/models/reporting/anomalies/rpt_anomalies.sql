{#- Each part says events of one subject. Whatever has no beginning of its own in the data begins on the first day on which it was
    seen. -#}

{%- set subjects = ['acceptance', 'volume', 'senders', 'provider_counts', 'completeness', 'pulls'] %}

with events as (
    {% for subject in subjects %}
    select * from {{ ref('rpt_anomalies__' ~ subject) }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

),

acknowledged as (

    select
        kind,
        dimension,
        segment,
        max(judged_until) as judged_until,
        max(acknowledged_at) as acknowledged_at
    from {{ ref('stg_operations__acknowledgements') }}
    group by kind, dimension, segment

)

select
    md5(events.kind || '|' || events.dimension || '|' || events.segment || '|' || events.since) as anomaly_id,
    events.kind,
    events.dimension,
    events.segment,
    events.segment_label,
    events.since,
    events.alarmed_on,
    events.judged_until,
    events.is_open,
    -- An acknowledgement covers what had begun when it was given, even if its beginning is dated anew since.
    coalesce(events.since <= acknowledged.judged_until, false) as is_acknowledged,
    case when events.since <= acknowledged.judged_until then acknowledged.acknowledged_at end as acknowledged_at,
    round(events.observed, 6) as observed,
    round(events.expected, 6) as expected,
    events.evidence_n,
    events.message,
    events.what_to_do,
    events.bottleneck_rank,
    run_parameters.as_of
from events
cross join {{ ref('stg_operations__run_parameters') }} as run_parameters
left join acknowledged
    on events.kind = acknowledged.kind
    and events.dimension = acknowledged.dimension
    and events.segment = acknowledged.segment
