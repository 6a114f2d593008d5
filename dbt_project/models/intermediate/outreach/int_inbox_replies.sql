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

replies as (

    select
        * exclude (message),
        {{ parsed_timestamp(payload_text('createdAt', 'message')) }} as happened_at
    from messages
    where {{ payload_text('sender', 'message') }} = 'CORRESPONDENT'

)

select
    replies.conversation_id,
    replies.happened_at,
    {{ lead_id('urls.normalized_profile_url', 'null', 'null') }} as lead_id,
    replies.account_id,
    replies.campaign_id
from replies
inner join {{ ref('int_profile_urls_normalized') }} as urls on replies.profile_url_raw = urls.profile_url_raw
where replies.happened_at is not null and urls.normalized_profile_url is not null
qualify row_number() over (
    partition by replies.conversation_id, replies.happened_at
    order by replies.pull_id desc, replies.observed_at desc
) = 1
