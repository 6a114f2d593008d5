{#- What changes a lead's points besides time itself, and since when it was known. Scores of any moment are made of these rows. -#}

with described as (

    select * from {{ ref('int_leads_described') }}

),

events as (

    select * from {{ ref('signal_events') }}

),

-- What was seen of the lead, and of its company while it was the lead's; only the newest of a kind counts.
heard as (

    select
        lead_id,
        signal_type,
        occurred_at,
        detected_at as known_from,
        cast(null as timestamp with time zone) as known_until
    from events
    where lead_id is not null and signal_type in ('{{ scored_signals() | join("', '") }}')
    union all
    select
        described.lead_id,
        events.signal_type,
        events.occurred_at,
        greatest(events.detected_at, described.known_from),
        described.known_until
    from described
    inner join events
        on described.company_domain = events.company_domain
        and coalesce(events.detected_at < described.known_until, true)
    where events.signal_type in ('{{ scored_signals() | join("', '") }}')

),

interactions as (

    select lead_id, min(detected_at) as known_from
    from events
    where lead_id is not null and signal_type in ('{{ interaction_types() | join("', '") }}')
    group by lead_id

),

crowded as (

    select * from {{ ref('lead_facts__colleagues') }}

),

changes_visible as (

    select * from {{ ref('lead_facts__compared') }}

),

compared as (

    select
        company_domain
        {%- for signal in scored_signals() %},
        min(known_from) filter (where signal_type = '{{ signal }}') as {{ signal }}_since
        {%- endfor %}
    from changes_visible
    group by company_domain

),

all_moments as (

    select lead_id, known_from
    from described
    union
    select lead_id, known_from
    from heard
    union
    select lead_id, known_from
    from interactions
    {%- for each in ('crowded', 'changes_visible') %}
    union
    select described.lead_id, greatest({{ each }}.known_from, described.known_from)
    from described
    inner join {{ each }}
        on described.company_domain = {{ each }}.company_domain
        and coalesce({{ each }}.known_from < described.known_until, true)
    {%- endfor %}

),

moments as (

    select
        *,
        lead(known_from) over (partition by lead_id order by known_from) as known_until
    from all_moments

),

signals as (

    select
        moments.lead_id,
        moments.known_from
        {%- for signal in scored_signals() %},
        max(heard.occurred_at) filter (where heard.signal_type = '{{ signal }}') as {{ signal }}_at
        {%- endfor %}
    from moments
    inner join heard
        on moments.lead_id = heard.lead_id
        and heard.known_from <= moments.known_from
        and coalesce(heard.known_until > moments.known_from, true)
    group by moments.lead_id, moments.known_from

),

at_moments as (

    select
        moments.known_from as moment,
        moments.known_until as moment_until,
        described.*
    from moments
    inner join described
        on moments.lead_id = described.lead_id
        and described.known_from <= moments.known_from
        and coalesce(described.known_until > moments.known_from, true)

)

select
    at_moments.lead_id,
    at_moments.moment as known_from,
    at_moments.moment_until as known_until,
    at_moments.created_at,
    at_moments.company_domain,
    at_moments.company_industry,
    at_moments.company_size,
    at_moments.company_region,
    at_moments.technologies,
    at_moments.title,
    at_moments.funding_stage,
    {%- for signal in scored_signals() %}
    signals.{{ signal }}_at,
    {%- endfor %}
    at_moments.email is not null as has_direct_email,
    at_moments.phone is not null as has_phone,
    coalesce(crowded.has_several, false) as has_multiple_contacts,
    coalesce(interactions.known_from <= at_moments.moment, false) as has_previous_interaction,
    at_moments.email is not null or at_moments.is_email_asked as is_direct_email_known,
    at_moments.phone is not null or at_moments.is_phone_asked as is_phone_known,
    at_moments.technologies is not null or at_moments.is_technology_asked as is_technology_known,
    {%- for signal in scored_signals() %}
    {%- set is_told = 'at_moments.is_' ~ signal ~ '_asked' if signal in ('recent_funding', 'actively_hiring')
        else 'compared.' ~ signal ~ '_since <= at_moments.moment' %}
    signals.{{ signal }}_at is not null or coalesce({{ is_told }}, false) as is_{{ signal }}_known,
    {%- endfor %}
    run_parameters.as_of
from at_moments
cross join {{ ref('stg_operations__run_parameters') }} as run_parameters
left join signals on at_moments.lead_id = signals.lead_id and at_moments.moment = signals.known_from
left join interactions on at_moments.lead_id = interactions.lead_id
left join compared on at_moments.company_domain = compared.company_domain
left join crowded
    on at_moments.company_domain = crowded.company_domain
    and at_moments.moment >= crowded.known_from
    and at_moments.moment < crowded.known_until
