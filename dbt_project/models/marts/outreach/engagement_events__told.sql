{{ config(materialized='ephemeral', contract={'enforced': false}) }}

{#- What each source tells of replies, meetings and e-mail answers, one by one, and the sent request each is taken to follow: of the
    campaign and sender that it names, the newest that can have been sent by then. -#}

with webhooks as (

    select
        events.*,
        events.event_type in ('{{ tag_event_types() | join("', '") }}') as is_of_tags
    from {{ ref('int_engagement_webhooks') }} as events
    cross join {{ ref('stg_operations__run_parameters') }} as run_parameters
    where events.event_type in ('{{ reply_event_types() | map(attribute="name") | join("', '") }}')
        or events.event_type in ('{{ tag_event_types() | join("', '") }}')
        and {{ list_length(in_both('events.tags', text_list('run_parameters.meeting_tags'))) }} > 0

),

told_by_services as (

    select
        lead_id,
        min({{ parsed_timestamp('value') }}) filter (where field = 'first_reply_at') as first_reply_at,
        max({{ parsed_timestamp('value') }}) filter (where field = 'last_reply_at') as last_reply_at,
        coalesce(bool_or(value = 'true') filter (where field = 'speaks_of_meeting'), false) as speaks_of_meeting
    from {{ ref('enrichment_values') }}
    where integration = 'heyreach_engagement' and field in ('first_reply_at', 'last_reply_at', 'speaks_of_meeting')
    group by lead_id

),

told as (

    select
        event_key as telling,
        if(is_of_tags, 'meeting', 'reply') as kind,
        lead_id,
        campaign_id as told_campaign_id,
        account_id as told_account_id,
        happened_at,
        happened_at as earliest,
        {{ seconds_after('happened_at', 'happened_at_precision_seconds') }} as latest,
        'webhook' as method,
        event_type as source
    from webhooks
    union all
    select
        'sight ' || connections.connection_id,
        'reply',
        connections.lead_id,
        connections.campaign_id,
        connections.account_id,
        case
            when {{ hours_between('sights.earliest', 'sights.latest') }} <= run_parameters.dating_resolution_days * 24
                then {{ midpoint('sights.earliest', 'sights.latest') }}
        end,
        sights.earliest,
        sights.latest,
        if(sights.is_left_censored, 'first_seen_left_censored', 'observed_interval'),
        'status'
    from {{ ref('int_reply_sights') }} as sights
    inner join {{ ref('heyreach_connections') }} as connections
        on sights.campaign_id = connections.campaign_id
        and sights.campaign_lead_id = connections.campaign_lead_id
    cross join {{ ref('stg_operations__run_parameters') }} as run_parameters
    union all
    select
        'inbox ' || conversation_id || ' ' || epoch_us(happened_at),
        'reply',
        lead_id,
        campaign_id,
        account_id,
        happened_at,
        happened_at,
        {{ seconds_after('happened_at', 1) }},
        'inbox',
        'inbox'
    from {{ ref('int_inbox_replies') }}
    union all
    select
        'tag ' || tags.conversation_id || ' ' || tags.tag,
        'meeting',
        tags.lead_id,
        tags.campaign_id,
        tags.account_id,
        case
            when {{ hours_between('tags.earliest', 'tags.latest') }} <= run_parameters.dating_resolution_days * 24
                then {{ midpoint('tags.earliest', 'tags.latest') }}
        end,
        tags.earliest,
        tags.latest,
        if(tags.earliest is null, 'first_seen_left_censored', 'observed_interval'),
        'inbox'
    from {{ ref('int_inbox_tags') }} as tags
    inner join {{ ref('stg_operations__run_parameters') }} as run_parameters
        on {{ in_list('tags.tag', text_list('run_parameters.meeting_tags')) }}
    {%- for column in ('first_reply_at', 'last_reply_at') %}
    union all
    select
        '{{ column }} ' || lead_id,
        'reply',
        lead_id,
        null,
        null,
        {{ column }},
        {{ column }},
        {{ seconds_after(column, 1) }},
        'enrichment',
        'heyreach_engagement'
    from told_by_services
    where {{ column }} is not null {%- if not loop.first %} and last_reply_at <> first_reply_at {%- endif %}
    {%- endfor %}
    union all
    select
        'words ' || lead_id,
        'meeting_words',
        lead_id,
        null,
        null,
        if(first_reply_at = last_reply_at, first_reply_at, null),
        first_reply_at,
        {{ seconds_after('last_reply_at', 1) }},
        'enrichment',
        'heyreach_engagement'
    from told_by_services
    where speaks_of_meeting
    union all
    select
        lines.event_key,
        case lines.signal_type
            {%- for kind in engagement_kinds() if kind.signal is defined %}
            when '{{ kind.signal }}' then '{{ kind.name }}'
            {%- endfor %}
        end,
        {{ lead_id('urls.normalized_profile_url', 'null', 'null') }},
        null,
        null,
        if(lines.is_day, {{ seconds_after('lines.occurred_at', 43200) }}, lines.occurred_at),
        lines.occurred_at,
        {{ seconds_after('lines.occurred_at', 'if(lines.is_day, 86400, 1)') }},
        'file',
        lines.source
    from {{ ref('stg_signals__events') }} as lines
    inner join {{ ref('int_profile_urls_normalized') }} as urls on lines.profile_url_raw = urls.profile_url_raw
    where lines.signal_type in (
        '{{ engagement_kinds() | selectattr("signal", "defined") | map(attribute="signal") | join("', '") }}'
    )

),

-- Of people who are no leads here nothing is said.
known as (

    select told.*
    from told
    inner join {{ ref('heyreach_leads') }} as leads on told.lead_id = leads.lead_id

)

select
    known.*,
    requests.connection_id,
    coalesce(known.told_campaign_id, requests.campaign_id) as campaign_id,
    coalesce(known.told_account_id, requests.account_id) as account_id
from known
left join {{ ref('heyreach_connections') }} as requests
    on known.lead_id = requests.lead_id
    and requests.is_sent
    and coalesce(known.told_campaign_id, requests.campaign_id) = requests.campaign_id
    and (known.told_campaign_id is not null or coalesce(known.told_account_id, requests.account_id) = requests.account_id)
    and (requests.connection_sent_earliest is null or known.latest is null or requests.connection_sent_earliest <= known.latest)
qualify row_number() over (
    partition by known.telling, known.kind
    order by
        coalesce(known.told_account_id = requests.account_id, false) desc, requests.sent_cohort_latest desc nulls last,
        requests.connection_id
) = 1
