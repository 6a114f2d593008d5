{{ config(materialized='view') }}

{#- A view, because the reasons of a million scores are text that few are asked for; so it names no database: the file it is published
    in has another name than the one it is built in. -#}
{%- set facts = {
    'industry': 'leads.company_industry', 'company_size': 'leads.company_size_raw', 'tech_stack': 'leads.technologies',
    'geography': 'leads.company_region', 'complementary_tools': 'leads.technologies', 'direct_email': "'an address is known'",
    'linkedin_profile': "'a profile is known'", 'phone': "'a number is known'",
    'multiple_contacts': "'others of ' || leads.company_domain", 'previous_interaction': 'interactions.fact',
} -%}
{%- set fields = {
    'industry': 'company_industry', 'company_size': 'company_size', 'tech_stack': 'technologies', 'geography': 'company_region',
    'complementary_tools': 'technologies', 'direct_email': 'email', 'phone': 'phone', 'multiple_contacts': 'company_domain',
} -%}

with points as (

    select * from {{ ref('lead_score_points').include(database=false) }}

),

leads as (

    select * from {{ ref('heyreach_leads').include(database=false) }}

),

found as (

    select lead_id, field, answered_at
    from {{ ref('enrichment_values').include(database=false) }}
    where is_chosen

),

events as (

    select * from {{ ref('signal_events').include(database=false) }}

),

-- By lead or company, whichever the signal names: a lead has both.
subjects as (

    select lead_id as subject, * from events
    where lead_id is not null
    union all
    select company_domain, * from events
    where company_domain is not null

),

newest as (

    select
        subject
        {%- for signal in scored_signals() %},
        {%- set of_it = "filter (where signal_type = '" ~ signal ~ "')" %}
        arg_max(cast(signal_data as varchar), (occurred_at, detected_at, id)) {{ of_it }} as {{ signal }}_fact,
        arg_max(source, (occurred_at, detected_at, id)) {{ of_it }} as {{ signal }}_source,
        max(occurred_at) {{ of_it }} as {{ signal }}_at
        {%- endfor %}
    from subjects
    group by subject

),

interactions as (

    select
        lead_id,
        arg_min(signal_type, (detected_at, id)) as fact,
        arg_min(source, (detected_at, id)) as source,
        min(detected_at) as detected_at
    from events
    where lead_id is not null and signal_type in ('{{ interaction_types() | join("', '") }}')
    group by lead_id

),

known as (

    select
        lead_id,
        {%- for field in fields.values() | unique %}
        max(answered_at) filter (where field = '{{ field }}') as {{ field }}_at{{ ',' if not loop.last }}
        {%- endfor %}
    from found
    group by lead_id

)

select
    md5(points.lead_id || '|' || points.icp_profile) as id,
    points.lead_id,
    points.icp_profile,
    points.intent_score,
    points.fit_score,
    points.accessibility_score,
    points.total_score,
    points.tier,
    points.score_coverage,
    points.is_provisional,
    points.not_eligible_because,
    to_json(list_filter([
        {%- for component in score_components() %}
        case
            when points.{{ component.name }} > 0
                then json_object(
                    'component', '{{ component.name }}',
                    'group', '{{ component.group }}',
                    'points', points.{{ component.name }},
                    {%- if component.valid_days is defined %}
                    {%- set at = component.name ~ '_at' %}
                    {%- set is_own = 'company.' ~ at ~ ' is null or own.' ~ at ~ ' >= company.' ~ at %}
                    {%- for column in ('fact', 'source') %}
                    '{{ column }}',
                    case when {{ is_own }} then own.{{ component.name }}_{{ column }} else company.{{ component.name }}_{{ column }} end,
                    {%- endfor %}
                    'date', cast({{ utc_date('case when ' ~ is_own ~ ' then own.' ~ at ~ ' else company.' ~ at ~ ' end') }} as varchar)
                    {%- elif component.name == 'previous_interaction' %}
                    'fact', interactions.fact,
                    'source', interactions.source,
                    'date', cast({{ utc_date('interactions.detected_at') }} as varchar)
                    {%- elif component.name not in fields %}
                    'fact', {{ facts[component.name] }},
                    'source', leads.attribution_origin,
                    'date', cast({{ utc_date('leads.created_at') }} as varchar)
                    {%- else %}
                    'fact', {{ facts[component.name] }},
                    'source', coalesce(leads.field_source ->> '{{ fields[component.name] }}', leads.attribution_origin),
                    'date', cast({{ utc_date('coalesce(known.' ~ fields[component.name] ~ '_at, leads.created_at)') }} as varchar)
                    {%- endif %}
                )
        end{{ ',' if not loop.last }}
        {%- endfor %}
    ], lambda entry: entry is not null)) as score_breakdown,
    points.as_of as calculated_at,
    points.config_hash,
    points.as_of
from points
inner join leads on points.lead_id = leads.lead_id
left join known on points.lead_id = known.lead_id
left join interactions on points.lead_id = interactions.lead_id
left join newest as own on points.lead_id = own.subject
left join newest as company on leads.company_domain = company.subject
