{#- When lists were first read whole: whoever stood in one by then may have been there for ever. -#}

select min(whole.finished_at) as finished_at
from {{ ref('stg_operations__pulls') }} as whole
where whole.resource = 'pull'
    and whole.pull_id in (
        select walks.pull_id
        from {{ ref('stg_operations__pulls') }} as walks
        where walks.resource = 'lists' and walks.is_complete
    )
