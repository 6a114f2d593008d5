{{ config(materialized='ephemeral', contract={'enforced': false}) }}

{#- What is known of each prospect, as far as priorities look at it. Words are sought once in each text there is. -#}

with settings as (

    select * from {{ ref('int_outreach_settings') }}

),

people as (

    select
        *,
        {%- for tag, sought in prospect_tags().items() if sought.columns is defined %}
        concat_ws(' | ', {{ sought.columns | join(', ') }}) as {{ tag }}_text{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('heyreach_leads') }}
    where is_valid_profile_url

),
{% for tag, sought in prospect_tags().items() %}
{{ tag }}_found as (

    select
        texts.text,
        {{ first_sought('texts.spaced', 'settings.' ~ tag ~ '_words') }}.value as {{ tag }}
    from (
        select
            text,
            {{ spaced_words('text') }} as spaced
        from (select distinct {{ sought.get('column', tag ~ '_text') }} as text from people) as each_text
    ) as texts
    cross join settings

),
{% endfor %}
told as (

    select
        enriched.lead_id,
        max({{ parsed_timestamp('enriched.value') }}) filter (where enriched.field = 'last_post_date') as posted_at,
        bool_or(enriched.field in ('last_post_date', 'total_posts')) as is_posted_known,
        max(try_cast(enriched.value as bigint)) filter (where enriched.field = 'follower_count') as followers,
        bool_or(enriched.field = 'connection_degree' and enriched.value = '1') as is_connected
    from {{ ref('enrichment_values') }} as enriched
    where enriched.is_chosen and enriched.field in ('last_post_date', 'total_posts', 'follower_count', 'connection_degree')
    group by enriched.lead_id

),

events as (

    select
        events.lead_id,
        events.company_domain,
        events.signal_type,
        {{ days_after('coalesce(events.occurred_at, events.detected_at)', 'settings.heard_within_days') }} > events.as_of as is_new
    from {{ ref('signal_events') }} as events
    cross join settings
    where events.signal_type in ('connected', 'replied', 'page_visit', 'download', 'news')

),

heard as (

    select
        coalesce(lead_id, company_domain) as subject,
        bool_or(signal_type = 'connected') as is_connected,
        bool_or(signal_type = 'replied') as is_replied,
        bool_or(signal_type in ('page_visit', 'download') and is_new) as is_visited,
        bool_or(signal_type = 'news' and is_new) as is_news
    from events
    group by subject

)

select
    people.lead_id,
    {%- for tag in prospect_tags() %}
    {{ tag }}_found.{{ tag }},
    {%- endfor %}
    people.lead_seniority as seniority,
    people.lead_score,
    scores.intent_score,
    enrichments.signals_found,
    enrichments.signals_asked,
    told.followers,
    {{ utc_date('told.posted_at') }} as posted_on,
    {{ in_list('people.lead_seniority', 'settings.referring_seniorities') }} as has_seniority,
    coalesce(lead_facts.has_multiple_contacts, false) as has_colleagues,
    coalesce(told.followers >= settings.followers_from, false) as has_followers,
    coalesce(told.is_connected, false) or coalesce(own.is_connected, false) as has_connected,
    coalesce(own.is_replied, false) as has_replied,
    coalesce(
        {{ days_after('told.posted_at', 'settings.posted_within_days') }} > people.as_of and told.posted_at <= people.as_of, false
    ) as has_posted,
    coalesce(own.is_visited, false) or coalesce(company.is_visited, false) as has_visited,
    coalesce(company.is_news, false) or coalesce(own.is_news, false) as has_company_news,
    people.title is not null as is_role_known,
    people.title is not null as is_relevance_known,
    people.company_industry is not null as is_industry_known,
    people.company_region is not null as is_location_known,
    people.lead_score is not null as is_lead_score_known,
    people.title is not null as is_seniority_known,
    people.company_domain is not null as is_colleagues_known,
    told.followers is not null as is_followers_known,
    scores.intent_score is not null as is_intent_known,
    coalesce(told.is_posted_known, false) as is_posted_known,
    coalesce(enrichments.signals_asked > 0, false) as is_enrichment_score_known,
    people.as_of
from people
cross join settings
{%- for tag, sought in prospect_tags().items() %}
left join {{ tag }}_found on people.{{ sought.get('column', tag ~ '_text') }} = {{ tag }}_found.text
{%- endfor %}
left join {{ ref('lead_score_points') }} as scores
    on people.lead_id = scores.lead_id and scores.icp_profile = {{ default_profile() }}
left join {{ ref('lead_facts') }} as lead_facts on people.lead_id = lead_facts.lead_id and lead_facts.known_until is null
left join {{ ref('int_lead_enrichments') }} as enrichments on people.lead_id = enrichments.lead_id
left join told on people.lead_id = told.lead_id
left join heard as own on people.lead_id = own.subject
left join heard as company on people.company_domain = company.subject
