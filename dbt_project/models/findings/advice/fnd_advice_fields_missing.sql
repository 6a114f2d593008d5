{{ config(materialized='ephemeral') }}

select
    episodes.advice_id,
    episodes.episode,
    count(connections.connection_id) as leads
from {{ ref('fnd_advice_episodes') }} as episodes
left join {{ ref('heyreach_connections') }} as connections
    on not connections.is_attribution_complete
    and (
        episodes.dimension = 'batch' and connections.batch_id = episodes.segment
        or episodes.dimension = 'import'
        and connections.campaign_id || '/' || {{ utc_date('connections.created_at') }} = episodes.segment
    )
where episodes.cause = 'attribution_loss' and episodes.dimension in ('batch', 'import')
group by episodes.advice_id, episodes.episode
