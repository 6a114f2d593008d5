{#- How clients stand, for a client to read: quartiles that are the rounded figure of the client in that place of the order. Nothing
    is added up, so there is nothing to take one's own figure out of; and from six on neither end is ever the quartile. -#}
{%- set shares = ['accept_rate', 'attribution_coverage'] -%}
{%- set quartiles = {'lower_quartile': '0.25e0', 'median': '0.5e0', 'upper_quartile': '0.75e0'} %}

with of_able_senders as (

    select
        workspace_id,
        sum(sent_last_7_days) / cast(count(*) as double) as weekly_requests,
        -- All that waits, by all that they send in a day.
        {{ exact_sum('queue_days * weekly_limit') }} / nullif(cast(sum(weekly_limit) as double), 0e0) as queue_days
    from {{ source('lake', 'senders') }}
    where can_send
    group by workspace_id

),

measured as (

    select 'accept_rate' as metric, workspace_id, accept_rate as figure from {{ source('lake', 'workspaces') }}
    union all
    select 'attribution_coverage', workspace_id, attribution_coverage from {{ source('lake', 'workspaces') }}
    union all
    select 'weekly_requests', workspace_id, weekly_requests from of_able_senders
    union all
    select 'queue_days', workspace_id, queue_days from of_able_senders

),

placed as (

    select
        metric,
        {{ rounded_coarsely('figure', "metric in ('" ~ shares | join("', '") ~ "')") }} as rounded,
        row_number() over (partition by metric order by figure, workspace_id) as place,
        count(*) over (partition by metric) as workspaces
    from measured
    where figure is not null

),

ranked as (

    select
        metric,
        max(workspaces) as workspaces,
        {%- for name, share in quartiles.items() %}
        max(case when place = ceil(workspaces * {{ share }}) then rounded end) as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from placed
    group by metric

),

newest as (

    select max(as_of) as as_of from {{ source('lake', 'workspaces') }}

),

metrics as (

    {%- for metric in codes()['benchmark'] %}
    select '{{ metric }}' as metric{{ ' union all' if not loop.last }}
    {%- endfor %}

)

select
    metrics.metric,
    coalesce(ranked.workspaces, 0) as workspaces,
    {%- for name in quartiles %}
    case when ranked.workspaces >= {{ fewest_clients_of_a_benchmark() }} then ranked.{{ name }} end as {{ name }},
    {%- endfor %}
    case
        when coalesce(ranked.workspaces, 0) < {{ fewest_clients_of_a_benchmark() }} then 'few_workspaces'
    end as withheld_because,
    newest.as_of
from metrics
cross join newest
left join ranked on metrics.metric = ranked.metric
