{#- What was answered whenever somebody asked about a person. An ask is answered by the earlier call it names, else by the newest call of
    its run on its key. -#}

with told_of as (

    select
        asks.* replace (coalesce(asks.normalized_profile_url, people.normalized_profile_url) as normalized_profile_url)
    from {{ ref('stg_enrichment__asks') }} as asks
    left join {{ ref('int_people_discovered') }} as people on asks.integration = people.integration and asks.key = people.key

),

asks as (

    select
        *,
        {{ lead_id('normalized_profile_url', 'null', 'null') }} as lead_id
    from told_of
    where normalized_profile_url is not null

),

answers as (

    select * from {{ ref('stg_enrichment__answers') }}

),

newest_calls as (

    select
        run_id,
        integration,
        key,
        max(call_id) as call_id
    from answers
    group by run_id, integration, key

),

answered as (

    select
        asks.lead_id,
        asks.normalized_profile_url,
        asks.integration,
        asks.run_id,
        asks.ask_id,
        asks.cached_call_id is not null as is_from_cache,
        answers.call_id,
        case
            when asks.key is null then 'no_input'
            else coalesce(answers.status, 'pending')
        end as status,
        coalesce(asks.reason, answers.reason) as reason,
        answers.answered_at,
        answers.valid_until,
        coalesce(answers.signals_asked, 0) as signals_asked,
        coalesce(answers.signals_found, 0) as signals_found,
        coalesce(answers.credits, 0) as call_credits,
        answers.cost_usd as call_cost_usd,
        answers.fields,
        -- An answer about somebody else of the same company tells of this one once it is asked about them.
        greatest(answers.answered_at, runs.started_at) as known_from
    from asks
    inner join {{ ref('stg_enrichment__runs') }} as runs on asks.run_id = runs.run_id
    left join newest_calls
        on asks.run_id = newest_calls.run_id
        and asks.integration = newest_calls.integration
        and asks.key = newest_calls.key
    left join answers on answers.call_id = coalesce(asks.cached_call_id, newest_calls.call_id)

)

select * from answered
