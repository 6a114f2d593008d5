{#- Which list each campaign took its leads from, and since when that was seen. The first one counts from ever. -#}

with observations as (

    select
        campaign_id,
        list_id,
        observed_at,
        row_number() over (partition by campaign_id order by pull_id, observed_at, content_hash) as place
    from {{ ref('stg_heyreach__campaign_observations') }}
    where is_present

),

changes as (

    select *
    from observations
    qualify place = 1 or list_id is distinct from lag(list_id) over (partition by campaign_id order by place)

)

select
    campaign_id,
    list_id,
    case when place = 1 then {{ beginning() }} else observed_at end as seen_from,
    coalesce(lead(observed_at) over (partition by campaign_id order by place), {{ utc_midnight("date '9999-01-01'") }}) as seen_until
from changes
