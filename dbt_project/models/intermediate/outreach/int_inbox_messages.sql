{{ config(materialized='ephemeral') }}

{#- Messages have no id: two states of a conversation tell of one where its moment is the same. What HeyReach no longer shows was
    written all the same. -#}

with messages as (

    select
        conversation_id,
        account_id,
        campaign_id,
        profile_url_raw,
        pull_id,
        observed_at,
        unnest({{ json_items('messages') }}) as message
    from {{ ref('stg_heyreach__conversation_observations') }}
    where messages is not null

),

dated as (

    select
        * exclude (message),
        {{ payload_text('sender', 'message') }} as sender,
        {{ parsed_timestamp(payload_text('createdAt', 'message')) }} as happened_at
    from messages

)

select
    dated.conversation_id,
    dated.happened_at,
    dated.sender = 'ME' as is_ours,
    {{ lead_id('urls.normalized_profile_url', 'null', 'null') }} as lead_id,
    dated.account_id,
    dated.campaign_id
from dated
inner join {{ ref('int_profile_urls_normalized') }} as urls on dated.profile_url_raw = urls.profile_url_raw
where dated.happened_at is not null and urls.normalized_profile_url is not null and dated.sender in ('ME', 'CORRESPONDENT')
qualify row_number() over (
    partition by dated.conversation_id, dated.sender, dated.happened_at
    order by dated.pull_id desc, dated.observed_at desc
) = 1
