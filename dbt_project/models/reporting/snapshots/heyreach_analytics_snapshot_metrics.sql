with snapshots as (

    select * from {{ ref('heyreach_analytics_snapshots') }}

)

select
    snapshots.snapshot_id,
    snapshots.snapshot_date,
    snapshots.period_start,
    snapshots.period_end,
    dimensions.key as dimension,
    segments.key as segment,
    {{ payload_text('segment_label', 'segments.value') }} as segment_label,
    metrics.key as metric,
    {{ json_number('metrics.value') }} as value,
    snapshots.as_of
from snapshots
{{ json_entries('snapshots.metrics', 'dimensions') }}
{{ json_entries('dimensions.value', 'segments') }}
{{ json_entries('segments.value', 'metrics') }}
where metrics.key <> 'segment_label'
