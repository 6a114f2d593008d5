{#- Of companies what services answered, of people what HeyReach shows. A signal is known from the first answer that told it on; when it
    happened is another matter. -#}

with answers as (

    select * from {{ ref('stg_enrichment__answers') }}
    where status = 'found' and entity = 'company'

),

run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

-- The newest round, and every round of those that list them.
rounds as (

    select
        key as company_domain,
        integration as source,
        answered_at,
        fields ->> '$.last_funding_at' as announced_on,
        json_object('type', fields ->> '$.last_funding_type') as signal_data
    from answers
    where fields ->> '$.last_funding_at' is not null
    union all
    select
        key,
        integration,
        answered_at,
        round ->> '$.date',
        json_object('type', round ->> '$.type', 'amount_usd', round -> '$.amount_usd')
    from (
        select key, integration, answered_at, unnest({{ json_items("fields -> '$.funding_history'") }}) as round
        from answers
        where integration = 'crunchbase_history'
    ) as listed

),

funding as (

    select
        cast(null as varchar) as lead_id,
        company_domain,
        'recent_funding' as signal_type,
        {{ parsed_timestamp('announced_on') }} as occurred_at,
        min(answered_at) as detected_at,
        source,
        arg_max(signal_data, answered_at) as signal_data
    from rounds
    where {{ parsed_timestamp('announced_on') }} <= answered_at
    group by company_domain, occurred_at, source

),

technologies as (

    select
        key as company_domain,
        integration as source,
        answered_at,
        {{ text_list("fields -> '$.technologies'") }} as technologies,
        lag(answered_at) over answers_of_it as earlier_at,
        lag({{ text_list("fields -> '$.technologies'") }}) over answers_of_it as earlier
    from answers
    where json_type(fields -> '$.technologies') = 'ARRAY'
    window answers_of_it as (partition by integration, key order by answered_at, call_id)

),

technologies_compared as (

    select
        *,
        {{ not_in_both('technologies', 'earlier') }} as came,
        {{ not_in_both('earlier', 'technologies') }} as went
    from technologies
    where earlier is not null

),

technology_changes as (

    select
        cast(null as varchar) as lead_id,
        company_domain,
        'tech_stack_change' as signal_type,
        {{ midpoint('earlier_at', 'answered_at') }} as occurred_at,
        answered_at as detected_at,
        source,
        json_object('came', came, 'went', went) as signal_data
    from technologies_compared
    where {{ list_length('came') }} + {{ list_length('went') }} > 0

),

connections as (

    select * from {{ ref('heyreach_connections') }}

),

engagement as (

    select
        lead_id,
        cast(null as varchar) as company_domain,
        'connected' as signal_type,
        min(connection_accepted_at) as occurred_at,
        min(coalesce(connection_accepted_latest, updated_at)) as detected_at,
        'heyreach' as source,
        json_object('campaign_id', arg_min(campaign_id, coalesce(connection_accepted_latest, updated_at))) as signal_data
    from connections
    where is_accepted
    group by lead_id
    union all
    select
        lead_id,
        null,
        'replied',
        null,
        min(updated_at),
        'heyreach',
        json_object('campaign_id', arg_min(campaign_id, updated_at))
    from connections
    where is_replied
    group by lead_id

),

seen as (

    select * from funding
    union all
    select * from technology_changes
    union all
    select * from engagement

),

final as (

    select
        md5(concat_ws('|', seen.signal_type, coalesce(seen.lead_id, seen.company_domain), seen.source, epoch_us(seen.occurred_at))) as id,
        seen.lead_id,
        seen.company_domain,
        seen.signal_type,
        case seen.signal_type
            {%- for type in signal_types() %}
            when '{{ type.name }}' then {{ type.tier }}
            {%- endfor %}
        end as signal_tier,
        seen.occurred_at,
        seen.detected_at,
        seen.source,
        seen.signal_data,
        run_parameters.as_of
    from seen
    cross join run_parameters
    where seen.detected_at <= run_parameters.as_of

)

select * from final
