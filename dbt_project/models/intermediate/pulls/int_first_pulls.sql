{#- When watching began, by what is asked: whatever stood there by then may have been there for ever. -#}

with whole_pulls as (

    select
        pulls.started_at,
        pulls.finished_at,
        pulls.is_complete,
        exists (
            select 1
            from {{ ref('stg_operations__pulls') }} as walks
            where walks.pull_id = pulls.pull_id and walks.resource = 'lists' and walks.is_complete
        ) as has_lists
    from {{ ref('stg_operations__pulls') }} as pulls
    where pulls.resource = 'pull'

)

select
    min(started_at) as watched_from,
    min(finished_at) as first_finished_at,
    min(finished_at) filter (where is_complete) as first_complete_at,
    min(finished_at) filter (where has_lists) as lists_first_read_at
from whole_pulls
