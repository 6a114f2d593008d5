{#- When the sequence of a campaign became another one: its texts, steps or delays. It is read by full and daily pulls, so that a change
    lies between two of them. -#}

with observed as (

    select
        campaign_id,
        observed_at,
        content_hash,
        lag(content_hash) over (partition by campaign_id order by observed_at, pull_number) as hash_before,
        lag(observed_at) over (partition by campaign_id order by observed_at, pull_number) as observed_before
    from {{ ref('stg_heyreach__campaign_sequence_observations') }}

),

changed as (

    select * from observed
    where hash_before is not null and content_hash <> hash_before

)

select
    changed.campaign_id,
    greatest(changed.observed_before, coalesce(max(pulls.finished_at), changed.observed_before)) as unchanged_until,
    changed.observed_at as changed_by
from changed
left join {{ ref('stg_operations__pulls') }} as pulls
    on pulls.resource = 'campaign_sequences'
    and pulls.scope_id = changed.campaign_id
    and pulls.is_complete
    and pulls.finished_at < changed.observed_at
group by changed.campaign_id, changed.observed_before, changed.observed_at
