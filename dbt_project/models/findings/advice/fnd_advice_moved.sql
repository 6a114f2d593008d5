{{ config(materialized='ephemeral') }}

{#- HeyReach gives nobody another sender: whoever is moved comes once more, into another campaign. -#}
with connections as (

    select
        *,
        {{ utc_date('created_at') }} as created_on
    from {{ ref('heyreach_connections') }}

)

select distinct
    episodes.advice_id,
    episodes.episode,
    moved.connection_id
from {{ ref('fnd_advice_episodes') }} as episodes
inner join connections as behind
    on episodes.segment = case episodes.dimension
        when 'account' then behind.account_id
        when 'campaign' then behind.campaign_id
    end
    and not behind.is_sent
    and behind.created_at <= episodes.last_shown_at
inner join connections as moved
    on behind.lead_id = moved.lead_id
    and moved.created_at > episodes.first_shown_at
where (episodes.cause <> 'low_acceptance' or episodes.dimension = 'account')
    and episodes.segment <> case episodes.dimension
        when 'account' then moved.account_id
        when 'campaign' then moved.campaign_id
    end
