{#- What is known of each person from each integration: the newest answer that found something or nothing, else the
    newest attempt. An ask is answered by the earlier call it names, else by the newest call of its run on its key. -#}

with asks as (

    select
        *,
        {{ lead_id('normalized_profile_url', 'null', 'null') }} as lead_id
    from {{ ref('stg_enrichment__asks') }}
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
        answers.fields
    from asks
    left join newest_calls
        on asks.run_id = newest_calls.run_id
        and asks.integration = newest_calls.integration
        and asks.key = newest_calls.key
    left join answers on answers.call_id = coalesce(asks.cached_call_id, newest_calls.call_id)

),

ranked as (

    select
        *,
        min(answered_at) filter (where status = 'found') over (partition by lead_id, integration) as first_found_at,
        row_number() over (
            partition by lead_id, integration
            order by
                case when status in ('found', 'not_found') then 0 else 1 end,
                answered_at desc nulls last,
                ask_id desc
        ) as result_rank
    from answered

),

newest as (

    select
        *,
        count(*) over (partition by call_id) as leads_sharing_call
    from ranked
    where result_rank = 1

)

select
    lead_id,
    normalized_profile_url,
    integration,
    run_id,
    is_from_cache,
    call_id,
    status,
    reason,
    answered_at,
    first_found_at,
    valid_until,
    signals_asked,
    signals_found,
    case when call_id is null then 0.0 else call_credits / leads_sharing_call end as credits,
    case when call_id is null then 0.0 else call_cost_usd / leads_sharing_call end as cost_usd,
    fields
from newest
