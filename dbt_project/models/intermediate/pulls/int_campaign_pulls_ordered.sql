{#- For each read of a campaign's leads: when the newest complete read before it began. A row first seen in
    some state in this read was not in that state then, or not there at all. -#}

with reads as (

    select
        scope_id as campaign_id,
        pull_id,
        started_at,
        finished_at,
        is_complete and outcome = 'complete' as is_complete
    from {{ ref('stg_operations__pulls') }}
    where resource = 'campaign_leads'

),

ordered as (

    select
        campaign_id,
        pull_id,
        started_at,
        finished_at,
        is_complete,
        max(case when is_complete then started_at end) over (
            partition by campaign_id
            order by pull_id, started_at
            rows between unbounded preceding and 1 preceding
        ) as previous_complete_started_at
    from reads

)

select * from ordered
