{{ config(materialized='ephemeral', contract={'enforced': false}) }}

with pulls as (

    select * from {{ ref('stg_operations__pulls') }}

),

newest_pulls as (

    select
        arg_max(pull_id, pull_number) as pull_id,
        arg_max(pull_id, finished_at) filter (where kind = 'full') as full_pull_id
    from pulls
    where resource = 'pull'

),

incomplete_scopes as (

    select pulls.*
    from pulls
    inner join newest_pulls on pulls.pull_id = newest_pulls.pull_id
    where pulls.resource <> 'pull' and not pulls.is_complete

),

incomplete_additions as (

    select
        resource,
        count(*) as scopes,
        min(scope_id) as first_scope,
        {{ first_by('note', 'scope_id') }} as reason
    from incomplete_scopes
    where not is_needed
    group by resource

),

unreadable_lists as (

    select
        pulls.scope_id as list_id,
        max(lists.list_name) as list_name
    from pulls
    inner join newest_pulls on pulls.pull_id = newest_pulls.full_pull_id
    left join {{ ref('stg_heyreach__lists') }} as lists on pulls.scope_id = lists.list_id
    where pulls.resource in ('list_leads', 'list_companies') and pulls.outcome = 'gone'
    group by pulls.scope_id

),

rows_set_aside as (

    select
        resource,
        reason,
        count(*) as row_count
    from {{ ref('stg_operations__quarantined_rows') }}
    group by resource, reason

)

select
    {{ health_line(
        'pull_incomplete',
        'count(*)',
        each={'resource': 'resource', 'scope': "nullif(scope_id, '')"},
        order_by='resource, scope_id'
    ) }}
from incomplete_scopes
where is_needed
having count(*) > 0
union all
select
    {{ health_line(
        'additions_incomplete',
        'sum(scopes)',
        each={
            'resource': 'resource',
            'scopes': 'case when scopes > 1 then scopes end',
            'scope': "case when scopes = 1 then nullif(first_scope, '') end",
            'reason': 'left(reason, 200)',
        },
        order_by='resource',
        separator='; '
    ) }}
from incomplete_additions
having count(*) > 0
union all
select
    {{ health_line(
        'lists_unreadable',
        'count(*)',
        each={'list': "coalesce(list_name, 'list ' || list_id)"},
        order_by='list_id'
    ) }}
from unreadable_lists
having count(*) > 0
union all
select
    {{ health_line(
        'rows_set_aside',
        'sum(row_count)',
        {'rows': 'sum(row_count)'},
        each={'resource': 'resource', 'reason': 'reason'},
        order_by='resource, reason'
    ) }}
from rows_set_aside
having count(*) > 0
