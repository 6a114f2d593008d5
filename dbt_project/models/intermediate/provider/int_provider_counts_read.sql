{#- HeyReach's own daily counts as they grew: how much each day's count had grown at each reading. -#}

with observations as (

    select * from {{ ref('stg_heyreach__account_campaign_day_observations') }}

),

reads as (

    select
        split_part(scope_id, '/', 1) as account_id,
        split_part(scope_id, '/', 2) as campaign_id,
        pull_id,
        finished_at as read_at,
        lag(finished_at) over (partition by scope_id order by pull_id, finished_at) as previous_read_at
    from {{ ref('stg_operations__pulls') }}
    where resource = 'account_campaign_days' and outcome = 'complete'

),

counted as (

    {%- for event, column in (('sent', 'connections_sent'), ('accepted', 'connections_accepted')) %}
    select
        account_id,
        campaign_id,
        pull_id,
        activity_date,
        '{{ event }}' as event,
        {{ column }} - lag({{ column }}, 1, 0) over (
            partition by account_id, campaign_id, activity_date order by pull_id, observed_at, content_hash
        ) as increase
    from observations
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

)

select
    reads.account_id,
    reads.campaign_id,
    reads.pull_id,
    events.event,
    counted.activity_date,
    reads.previous_read_at,
    reads.read_at,
    coalesce(counted.increase, 0) as increase
from reads
cross join (values ('sent'), ('accepted')) as events (event)
left join counted
    on reads.account_id = counted.account_id
    and reads.campaign_id = counted.campaign_id
    and reads.pull_id = counted.pull_id
    and events.event = counted.event
