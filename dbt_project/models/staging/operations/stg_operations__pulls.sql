with walks as (

    select * from {{ source('operations', 'pulls') }}

),

run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

-- A load that was repeated after a crash brings the same walks again.
distinct_walks as (

    select *
    from walks
    qualify row_number() over (partition by pull_id, resource, scope_id order by landing_id) = 1

),

pull_ends as (

    select
        pull_id,
        row_number() over (order by pull_id) as pull_number,
        finished_at as pull_finished_at
    from distinct_walks
    where resource = 'pull'

),

as_of_the_run as (

    select
        distinct_walks.pull_id,
        pull_ends.pull_number,
        distinct_walks.kind,
        distinct_walks.resource,
        distinct_walks.scope_id,
        distinct_walks.started_at,
        distinct_walks.finished_at,
        distinct_walks.received_at,
        distinct_walks.requests,
        distinct_walks.rows_received,
        distinct_walks.distinct_rows,
        distinct_walks.total_count,
        distinct_walks.is_complete,
        -- Pulls from before additions were told apart were complete only with all of them.
        coalesce(distinct_walks.is_needed, true) as is_needed,
        distinct_walks.outcome,
        distinct_walks.note,
        distinct_walks.workspace_id
    from distinct_walks
    inner join pull_ends on distinct_walks.pull_id = pull_ends.pull_id
    cross join run_parameters
    where pull_ends.pull_finished_at <= run_parameters.as_of

)

select * from as_of_the_run
