{#- What is known of each person from each integration: the newest answer that found something or nothing, else the
    newest attempt. -#}

with answered as (

    select * from {{ ref('int_asks_answered') }}

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
