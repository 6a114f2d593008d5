{#- When each tag of a person was first seen in the inbox, and the look before at which the conversation had been there without it. A
    look that asks for what was written since a moment passes over conversations that were quiet by then. -#}

with observations as (

    select
        *,
        lag(last_message_at) over each_conversation as last_message_before,
        lag(pull_id) over each_conversation is not null as has_been_seen
    from {{ ref('stg_heyreach__conversation_observations') }}
    window each_conversation as (partition by conversation_id order by pull_id, observed_at, content_hash)

),

first_sights as (

    select *
    from (select * exclude (tags), unnest(tags) as tag from observations) as tagged
    qualify row_number() over (partition by conversation_id, tag order by pull_id, observed_at, content_hash) = 1

),

looks as (

    select
        pull_id,
        started_at,
        {{ parsed_timestamp("nullif(replace(scope_id, 'since/', ''), 'all')") }} as since
    from {{ ref('stg_operations__pulls') }}
    where resource = 'conversations' and is_complete and outcome = 'complete'

)

select
    first_sights.conversation_id,
    first_sights.tag,
    {{ lead_id('urls.normalized_profile_url', 'null', 'null') }} as lead_id,
    any_value(first_sights.account_id) as account_id,
    any_value(first_sights.campaign_id) as campaign_id,
    least(max(looks.started_at), any_value(first_sights.observed_at)) as earliest,
    any_value(first_sights.observed_at) as latest
from first_sights
inner join {{ ref('int_profile_urls_normalized') }} as urls on first_sights.profile_url_raw = urls.profile_url_raw
left join looks
    on first_sights.has_been_seen
    and looks.pull_id < first_sights.pull_id
    and coalesce(looks.since <= first_sights.last_message_before, looks.since is null)
where urls.normalized_profile_url is not null
group by first_sights.conversation_id, first_sights.tag, urls.normalized_profile_url
