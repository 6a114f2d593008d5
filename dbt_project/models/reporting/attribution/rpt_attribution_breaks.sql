{#- An import that lost its fields shows as the leads put into one campaign on one day; a batch of which too little was
    lost to show there is named by itself. -#}

with coverage as (

    select * from {{ ref('rpt_attribution_coverage') }}

),

run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

broken_imports as (

    select * from coverage
    where scope = 'import' and level in ('warn', 'fail')

),

broken_batches as (

    select coverage.*
    from coverage
    cross join run_parameters
    where coverage.scope = 'batch'
        and coverage.level in ('warn', 'fail')
        -- What HeyReach lost and the ledger knows is complete here, and told by the import's own line.
        and coverage.coverage * 100 < run_parameters.coverage_warn_percent
        and not exists (
            select 1
            from broken_imports
            where position(', ' || coverage.segment || ', ' in ', ' || broken_imports.incomplete_batches || ', ') > 0
        )

),

broken as (

    select * from broken_imports
    union all
    select * from broken_batches

),

final as (

    select
        broken.scope,
        broken.segment,
        case
            when broken.scope = 'batch' then 'batch ' || broken.segment_label
            else broken.segment_label || coalesce(', batch ' || broken.incomplete_batches, '')
        end as segment_label,
        case
            when broken.coverage * 100 < run_parameters.coverage_fail_percent then 'fail'
            else 'warn'
        end as level,
        broken.leads,
        broken.leads - broken.complete_leads as incomplete_leads,
        broken.missing_fields,
        run_parameters.as_of
    from broken
    cross join run_parameters
    -- A few stray leads are normal.
    where broken.coverage * 100 < run_parameters.coverage_fail_percent
        or broken.leads - broken.complete_leads >= run_parameters.hide_rate_below

)

select
    row_number() over (
        partition by level
        order by incomplete_leads desc, segment_label, segment
    ) as rank_in_level,
    final.*
from final
