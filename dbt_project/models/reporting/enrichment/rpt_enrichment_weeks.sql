{#- Week by week: what was asked, how well it was answered, what it cost, and how far the people of the workspace are
    covered by then. A call counts in the week of its answer; coverage and cost to date run up to the week's end. -#}

with answers as (

    select
        *,
        cast(date_trunc('week', {{ utc_date('answered_at') }}) as date) as week
    from {{ ref('stg_enrichment__answers') }}
    where status <> 'unasked'

),

leads as (

    select
        lead_id,
        cast(date_trunc('week', {{ utc_date('created_at') }}) as date) as week
    from {{ ref('heyreach_leads') }}
    where is_valid_profile_url and {{ came_in() }}

),

accepted as (

    select
        lead_id,
        count(*) as accepted
    from {{ ref('heyreach_connections') }}
    where is_accepted
    group by lead_id

),

results as (

    select
        results.lead_id,
        results.integration,
        -- Whoever was asked about before they came to HeyReach is covered from then on.
        greatest(cast(date_trunc('week', {{ utc_date('results.first_found_at') }}) as date), leads.week) as week,
        coalesce(accepted.accepted, 0) as accepted
    from {{ ref('int_enrichment_results') }} as results
    inner join leads on results.lead_id = leads.lead_id
    left join accepted on results.lead_id = accepted.lead_id
    where results.status = 'found'

),

covered as (

    select lead_id, integration, week, accepted from results
    union all
    select
        lead_id,
        'all' as integration,
        min(week) as week,
        max(accepted) as accepted
    from results
    group by lead_id

),

calls as (

    select integration, week, status, signals_asked, signals_found, credits, cost_usd from answers
    union all
    select 'all' as integration, week, status, signals_asked, signals_found, credits, cost_usd from answers

),

weekly as (

    select
        integration,
        week,
        count(*) as calls,
        count(*) filter (where status = 'found') as found,
        count(*) filter (where status = 'not_found') as not_found,
        count(*) filter (where status in ('failed', 'unavailable')) as failed,
        count(*) filter (where status = 'cut_off') as cut_off,
        count(*) filter (where status = 'no_credits') as no_credits,
        cast(sum(case when status in ('found', 'not_found') then signals_asked else 0 end) as bigint) as signals_asked,
        cast(sum(signals_found) as bigint) as signals_found,
        {{ exact_sum('credits') }} as credits,
        {{ exact_sum('cost_usd') }} as cost_usd,
        count(*) filter (where credits > 0 and cost_usd is null) as calls_without_price
    from calls
    group by integration, week

),

leads_known as (

    select
        weekly.integration,
        weekly.week,
        count(*) as leads_to_date
    from weekly
    inner join leads on leads.week <= weekly.week
    group by weekly.integration, weekly.week

),

leads_covered as (

    select
        weekly.integration,
        weekly.week,
        count(*) as covered_leads_to_date,
        cast(sum(covered.accepted) as bigint) as accepted_of_covered
    from weekly
    inner join covered
        on weekly.integration = covered.integration
        and covered.week <= weekly.week
    group by weekly.integration, weekly.week

),

to_date as (

    select
        weekly.integration,
        weekly.week,
        case
            when sum(weekly.cost_usd) over up_to_week > 0 or sum(weekly.calls_without_price) over up_to_week = 0
                then sum(weekly.cost_usd) over up_to_week
        end as cost_usd_to_date,
        coalesce(leads_known.leads_to_date, 0) as leads_to_date,
        coalesce(leads_covered.covered_leads_to_date, 0) as covered_leads_to_date,
        coalesce(leads_covered.accepted_of_covered, 0) as accepted_of_covered
    from weekly
    left join leads_known
        on weekly.integration = leads_known.integration
        and weekly.week = leads_known.week
    left join leads_covered
        on weekly.integration = leads_covered.integration
        and weekly.week = leads_covered.week
    window up_to_week as (partition by weekly.integration order by weekly.week)

),

run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

final as (

    select
        weekly.integration,
        weekly.week,
        weekly.calls,
        weekly.found,
        weekly.not_found,
        weekly.failed,
        weekly.cut_off,
        weekly.no_credits,
        weekly.signals_asked,
        weekly.signals_found,
        {{ rate('weekly.signals_found', 'weekly.signals_asked') }} as quality_score,
        weekly.credits,
        weekly.cost_usd,
        weekly.calls_without_price,
        to_date.cost_usd_to_date,
        to_date.leads_to_date,
        to_date.covered_leads_to_date,
        {{ rate('to_date.covered_leads_to_date', 'to_date.leads_to_date') }} as coverage,
        {{ rate('to_date.cost_usd_to_date', 'to_date.covered_leads_to_date') }} as cost_usd_per_lead,
        to_date.accepted_of_covered,
        {{ rate('to_date.cost_usd_to_date', 'to_date.accepted_of_covered') }} as cost_usd_per_accepted,
        run_parameters.as_of
    from weekly
    inner join to_date
        on weekly.integration = to_date.integration
        and weekly.week = to_date.week
    cross join run_parameters

)

select * from final
