{#- All lists in one. Alarms first, by what mending each alone is worth; what can't be valued comes after what can, because over
    all clients the first line should be the one that brings most. -#}

with lines_of_all as (

    select
        of_workspace.*,
        verdict not in ('background', 'declined') as is_alarm
    from {{ source('lake', 'bottlenecks') }} as of_workspace

),

everything_mended as (

    select {{ exact_sum('recoverable_accepts_per_week') }} as worth_of_all
    from {{ source('lake', 'workspaces') }}

)

select
    workspace_id,
    rank,
    cast(row_number() over (
        order by
            case when is_alarm then 0 else 1 end,
            recoverable_accepts_per_week desc nulls last,
            workspace_id,
            rank
    ) as bigint) as agency_rank,
    tier,
    stage,
    cause,
    dimension,
    segment,
    subject_key,
    recoverable_accepts_per_week,
    worth_low,
    worth_high,
    case when is_alarm then recoverable_accepts_per_week / nullif(worth_of_all, 0e0) end as share_of_all,
    evidence_n,
    q_value,
    verdict,
    since,
    first_shown_at,
    as_of
from lines_of_all
cross join everything_mended
