{#- What was known of leads at moments, as far as scores look at it: CTEs, of which `facts` has a row for each row of the CTE `moments`
    (key, lead_id, moment). What a service found later, and signals that were seen later, aren't known yet; of what upstream and
    HeyReach say, nobody tells since when, so it counts as known from the beginning. -#}
{% macro facts_at() -%}
    {#- Fields of int_leads_filled, and what services call that of which each may be made. -#}
    {%- set found_fields = {
        'company_industry': ['company_industry'], 'company_size': ['company_size'], 'technologies': ['technologies'],
        'company_region': ['company_region', 'company_country'], 'company_domain': ['company_domain', 'email'],
        'email': ['email'], 'phone': ['phone'], 'title': ['title'], 'funding_stage': ['last_funding_type'],
    } -%}

leads as (

    select * from {{ ref('int_leads_filled') }}
    where normalized_profile_url is not null

),

found as (

    select
        lead_id
        {%- for field in found_fields %},
        min(first_found_at) filter (where field in ('{{ found_fields[field] | join("', '") }}')) as {{ field }}_found_at
        {%- endfor %}
    from {{ ref('int_enrichment_values') }}
    where is_chosen
    group by lead_id

),

described as (

    select
        moments.key,
        moments.lead_id,
        moments.moment
        {%- for field in found_fields %},
        case when {{ is_known_at(field, 'moments.moment') }} then leads.{{ field }} end as {{ field }}
        {%- endfor %}
    from moments
    inner join leads on moments.lead_id = leads.lead_id
    left join found on moments.lead_id = found.lead_id

),

-- Who had answered by then whether there is such a thing, found or not.
asked as (

    select
        moments.key,
        bool_or(fields.field = 'email') as is_email_asked,
        bool_or(fields.field = 'phone') as is_phone_asked,
        bool_or(fields.field = 'technologies') as is_technology_asked,
        bool_or(fields.field in ('last_funding_at', 'funding_history')) as is_recent_funding_asked,
        -- A board that wasn't found is no company that doesn't hire: it may publish elsewhere.
        bool_or(fields.field = 'open_positions' and results.status = 'found') as is_actively_hiring_asked
    from moments
    inner join {{ ref('int_enrichment_results') }} as results
        on moments.lead_id = results.lead_id
        and coalesce(results.first_found_at, results.answered_at) <= moments.moment
    inner join {{ ref('enrichment_fields') }} as fields on results.integration = fields.integration
    where results.status in ('found', 'not_found')
    group by moments.key

),

-- Since when it could be told whether a company changes: a source had answered on two days, or somebody who decides there was looked at.
answered_again as (

    select
        company_domain,
        min(answered_at) filter (where technologies is not null) as technologies_at,
        min(answered_at) filter (where company_size is not null) as size_at
    from (
        select
            *,
            min(answered_at) over (partition by company_domain, integration) as first_at
        from {{ ref('int_company_answers') }}
    ) as answers
    where {{ utc_date('answered_at') }} > {{ utc_date('first_at') }}
    group by company_domain

),

deciders as (

    select
        leads.company_domain,
        min(positions.answered_at) as looked_at
    from {{ ref('int_positions_told') }} as positions
    inner join leads on positions.lead_id = leads.lead_id
    where positions.is_decision_maker and positions.started_at is not null and leads.company_domain is not null
    group by leads.company_domain

),

compared as (

    select
        company_domain,
        min(technologies_at) as tech_stack_change_since,
        min(size_at) as industry_growth_since,
        min(looked_at) as leadership_change_since
    from (
        select company_domain, technologies_at, size_at, cast(null as timestamp with time zone) as looked_at from answered_again
        union all
        select company_domain, null, null, looked_at from deciders
    ) as each_kind
    group by company_domain

),

events as (

    select * from {{ ref('signal_events') }}

),

-- What was seen of the lead, and of its company; a signal that is both counts once, as only the newest of a kind counts.
heard as (

    select described.key, events.signal_type, events.occurred_at
    from described
    inner join events
        on described.company_domain = events.company_domain
        and events.detected_at <= described.moment
    where events.signal_type in ('{{ scored_signals() | join("', '") }}')
    union all
    select described.key, events.signal_type, events.occurred_at
    from described
    inner join events
        on described.lead_id = events.lead_id
        and events.detected_at <= described.moment
    where events.signal_type in ('{{ scored_signals() | join("', '") }}')

),

signals as (

    select
        key
        {%- for signal in scored_signals() %},
        max(occurred_at) filter (where signal_type = '{{ signal }}') as {{ signal }}_at
        {%- endfor %}
    from heard
    group by key

),

interactions as (

    select lead_id, min(detected_at) as since
    from events
    where signal_type in ('{{ interaction_types() | join("', '") }}')
    group by lead_id

),

-- A colleague is another lead of the company, from when both were known.
colleagues as (

    select
        company_domain,
        min(created_at) as first_at,
        list_sort(list(created_at))[2] as second_at
    from leads
    where company_domain is not null
    group by company_domain

),

facts as (

    select
        described.key,
        described.lead_id,
        described.moment,
        described.company_industry as industry,
        {{ middle_employees('described.company_size') }} as employees,
        described.company_region as region,
        {{ split_keywords('described.technologies') }} as technologies,
        {{ spaced_words('described.title') }} as title_words,
        described.funding_stage,
        {%- for signal in scored_signals() %}
        signals.{{ signal }}_at,
        {%- endfor %}
        described.email is not null as has_direct_email,
        true as has_linkedin_profile,
        described.phone is not null as has_phone,
        coalesce(colleagues.second_at <= described.moment, false) as has_multiple_contacts,
        coalesce(interactions.since <= described.moment, false) as has_previous_interaction,
        described.email is not null or coalesce(asked.is_email_asked, false) as is_direct_email_known,
        true as is_linkedin_profile_known,
        described.phone is not null or coalesce(asked.is_phone_asked, false) as is_phone_known,
        described.company_domain is not null as is_multiple_contacts_known,
        true as is_previous_interaction_known,
        described.technologies is not null or coalesce(asked.is_technology_asked, false) as is_technology_known,
        {%- for signal in scored_signals() %}
        {%- set is_told = 'asked.is_' ~ signal ~ '_asked' if signal in ('recent_funding', 'actively_hiring')
            else 'compared.' ~ signal ~ '_since <= described.moment' %}
        signals.{{ signal }}_at is not null or coalesce({{ is_told }}, false) as is_{{ signal }}_known{{ ',' if not loop.last }}
        {%- endfor %}
    from described
    left join asked on described.key = asked.key
    left join signals on described.key = signals.key
    left join interactions on described.lead_id = interactions.lead_id
    left join compared on described.company_domain = compared.company_domain
    left join colleagues on described.company_domain = colleagues.company_domain

),
{%- endmacro %}

{#- Whether a field of int_leads_filled was there at a moment: nobody found it, so that it came with the lead, or somebody had by then. -#}
{% macro is_known_at(field, moment) -%}
    not coalesce(json_exists(leads.field_source, '{{ field }}'), false) or found.{{ field }}_found_at <= {{ moment }}
{%- endmacro %}
