{{ config(materialized='view') }}

{#- A view, because few people are written to at a time; so it names no database: the file it is published in has another name than the
    one it is built in. -#}

{%- set of_leads = ['company_name', 'title', 'headline', 'company_industry'] %}
{%- set of_answers = {'research_answer': 'company_description', 'model_answer': 'model_answer'} %}
{%- set of_signals = {
    'company_news': {'type': 'news', 'value': "signals.signal_data ->> '$.titles[0]'"},
    'recent_funding': {'type': 'recent_funding', 'value': funding_round("signals.signal_data ->> '$.type'")},
    'hiring': {'type': 'actively_hiring', 'value': json_texts_joined("signals.signal_data -> '$.newest'")},
} %}

with leads as (

    select * from {{ ref('heyreach_leads').include(database=false) }}

),

lead_rows as (

    select * from {{ ref('int_lead_rows_identified').include(database=false) }}

),

-- A name that was written by whoever imports lies in the list, what LinkedIn shows in the campaign.
names as (
    {% for place, ids in {'campaign': ('campaign_id', 'campaign_lead_id'), 'list': ('list_id', 'list_row_key')}.items() %}
    select
        lead_rows.lead_id,
        named.first_name,
        named.last_name,
        named.last_changed_at as known_at,
        'heyreach' as source
    from lead_rows
    inner join {{ ref('stg_heyreach__' ~ place ~ '_leads').include(database=false) }} as named
        on lead_rows.container_id = named.{{ ids[0] }} and lead_rows.row_key = named.{{ ids[1] }}
    where lead_rows.found_in = '{{ place }}'
    union all
    {%- endfor %}
    select
        lead_id,
        first_name,
        last_name,
        found_at as known_at,
        integration as source
    from {{ ref('int_people_discovered').include(database=false) }}

),

industries as (

    select distinct
        industry,
        label
    from {{ ref('company_industries').include(database=false) }}

),

enriched as (

    select * from {{ ref('enrichment_values').include(database=false) }}
    where is_chosen and field in ('technologies', 'posts', {{ "'" ~ of_answers.values() | join("', '") ~ "'" }})

),

posts as (

    select
        lead_id,
        integration,
        answered_at,
        unnest({{ json_items('cast(value as json)') }}) as post
    from enriched
    where field = 'posts'

),

events as (

    select * from {{ ref('signal_events').include(database=false) }}
    where signal_type in ({% for signal in of_signals.values() %}'{{ signal.type }}'{{ ', ' if not loop.last }}{% endfor %})

),

signals as (

    select
        leads.lead_id,
        events.signal_type,
        events.signal_data,
        events.source,
        events.detected_at,
        events.occurred_at
    from leads
    inner join events on leads.company_domain = events.company_domain
    where events.lead_id is null
    union all
    select lead_id, signal_type, signal_data, source, detected_at, occurred_at
    from events
    where lead_id is not null

),

-- Of what a company uses, a text speaks of what the default profile asks for.
wanted as (

    select {{ lists_joined('asked.must_have', 'asked.complementary_tools') }} as technologies
    from {{ ref('int_icp_profiles').include(database=false) }} as asked
    inner join {{ ref('icp_profiles').include(database=false) }} as profiles on asked.icp_profile = profiles.name
    where profiles.is_default and profiles.valid_until is null

),

told as (
    {% for part in ('first_name', 'last_name') %}
    select
        lead_id,
        '{{ part }}' as fact,
        {{ part }} as value,
        source,
        known_at,
        cast(null as timestamp with time zone) as happened_at
    from names
    union all
    {%- endfor %}
    {%- for fact in of_leads %}
    select
        leads.lead_id,
        '{{ fact }}' as fact,
        {{ 'coalesce(industries.label, leads.' ~ fact ~ ')' if fact == 'company_industry' else 'leads.' ~ fact }} as value,
        coalesce(leads.field_source ->> '$.{{ fact }}', 'heyreach') as source,
        case when json_exists(leads.field_source, '$.{{ fact }}') then leads.enriched_since else leads.updated_at end as known_at,
        null as happened_at
    from leads
    {%- if fact == 'company_industry' %}
    left join industries on leads.company_industry = industries.industry
    {%- endif %}
    union all
    {%- endfor %}
    select
        enriched.lead_id,
        'technology' as fact,
        {{ first_wanted(json_texts('enriched.value'), 'wanted.technologies') }} as value,
        enriched.integration as source,
        enriched.answered_at as known_at,
        null as happened_at
    from enriched
    left join wanted on true
    where enriched.field = 'technologies'
    union all
    select
        lead_id,
        'recent_post' as fact,
        post ->> '$.text' as value,
        integration as source,
        answered_at as known_at,
        {{ parsed_timestamp("post ->> '$.date'") }} as happened_at
    from posts
    union all
    {%- for fact, signal in of_signals.items() %}
    select
        signals.lead_id,
        '{{ fact }}' as fact,
        {{ signal.value }} as value,
        signals.source,
        signals.detected_at as known_at,
        coalesce(signals.occurred_at, signals.detected_at) as happened_at
    from signals
    where signals.signal_type = '{{ signal.type }}'
    union all
    {%- endfor %}
    {%- for fact, field in of_answers.items() %}
    select
        lead_id,
        '{{ fact }}' as fact,
        value,
        integration as source,
        answered_at as known_at,
        null as happened_at
    from enriched
    where field = '{{ field }}'
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

)

select
    lead_id,
    fact,
    value,
    source,
    known_at,
    happened_at
from told
where {{ text_or_null('value') }} is not null
qualify row_number() over (partition by lead_id, fact order by happened_at desc nulls last, known_at desc, value) = 1
