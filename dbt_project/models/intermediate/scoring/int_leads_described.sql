{#- What integrations found of each person counts from when they answered until they answer otherwise. What upstream and HeyReach say counts
    from the beginning, unless it was told after the person had come. -#}

{#- Fields of int_leads_filled, and what integrations call that of which each is made. -#}
{%- set fields = {
    'company_industry': ['company_industry'], 'company_size': ['company_size'], 'technologies': ['technologies'],
    'company_region': ['company_region', 'company_country'], 'company_domain': ['company_domain', 'email'],
    'email': ['email'], 'phone': ['phone'], 'title': ['title'], 'funding_stage': ['last_funding_type'],
} -%}
{%- set fields_told = ['title', 'company_size', 'company_industry', 'company_region', 'phone'] -%}
{%- set found_fields = fields.values() | sum(start=[]) | unique | list %}

with leads as (

    select * from {{ ref('int_leads_filled') }}
    where normalized_profile_url is not null

),

-- Answers that say the same as the one before them are no news.
answers as (

    select *
    from {{ ref('int_asks_answered') }}
    where status in ('found', 'not_found') and lead_id in (select leads.lead_id from leads)
    window each_integration as (partition by lead_id, integration order by answered_at, ask_id)
    qualify
        coalesce(
            lag(status) over each_integration <> status
            or lag(fields) over each_integration <> fields,
            true
        )

),

results as (

    select
        *,
        min(known_from) over (
            partition by lead_id, integration
            order by answered_at, ask_id
            rows between 1 following and unbounded following
        ) as known_until
    from answers

),

-- The first that was told counts from the beginning.
told as (

    select
        * replace (
            case when row_number() over in_turn = 1 then {{ beginning() }} else known_from end as known_from
        ),
        coalesce(lead(known_from) over in_turn, {{ ending() }}) as known_until
    from {{ ref('int_leads_attributed_then') }}
    window in_turn as (partition by lead_id order by known_from)

),

moments as (

    select
        *,
        lead(known_from) over (partition by lead_id order by known_from) as known_until
    from (
        select lead_id, {{ beginning() }} as known_from
        from leads
        union all
        (
            select lead_id, known_from
            from results
            union
            select lead_id, known_from
            from told
            where known_from > {{ beginning() }}
        )
    ) as each_moment

),

each_field as (

    select
        moments.lead_id,
        moments.known_from,
        fields.field,
        fields.priority,
        results.status,
        case when results.status = 'found' then {{ json_text_of('results.fields', 'fields.field') }} end as value
    from moments
    inner join results
        on moments.lead_id = results.lead_id
        and results.known_from <= moments.known_from
        and coalesce(results.known_until > moments.known_from, true)
    inner join {{ ref('enrichment_fields') }} as fields on results.integration = fields.integration

),

enriched as (

    select
        lead_id,
        known_from,
        {%- for field in found_fields %}
        {{ first_by("case when field = '" ~ field ~ "' then value end", 'priority') }} as {{ field }},
        {%- endfor %}
        bool_or(field = 'email') as is_email_asked,
        bool_or(field = 'phone') as is_phone_asked,
        bool_or(field = 'technologies') as is_technology_asked,
        bool_or(field in ('last_funding_at', 'funding_history')) as is_recent_funding_asked,
        -- A board that wasn't found is no company that doesn't hire: it may publish elsewhere.
        bool_or(field = 'open_positions' and status = 'found') as is_actively_hiring_asked
    from each_field
    group by lead_id, known_from

),

described as (

    select
        moments.lead_id,
        moments.known_from,
        moments.known_until,
        leads.created_at,
        {%- for field in fields %}
        coalesce(
            case
                {%- if field in fields_told %}
                when told.lead_id is not null then told.{{ field }}
                {%- endif %}
                when not coalesce(json_exists(leads.field_source, '{{ field }}'), false) then leads.{{ field }}
            end,
            {{ found_value(field) }}
        ) as {{ field }},
        {%- endfor %}
        {%- for kind in ('email', 'phone', 'technology', 'recent_funding', 'actively_hiring') %}
        coalesce(enriched.is_{{ kind }}_asked, false) as is_{{ kind }}_asked{{ ',' if not loop.last }}
        {%- endfor %}
    from moments
    inner join leads on moments.lead_id = leads.lead_id
    left join enriched on moments.lead_id = enriched.lead_id and moments.known_from = enriched.known_from
    left join told
        on moments.lead_id = told.lead_id
        and told.known_from <= moments.known_from
        and told.known_until > moments.known_from
    {{ join_found_aliases() }}

)

select * from described
