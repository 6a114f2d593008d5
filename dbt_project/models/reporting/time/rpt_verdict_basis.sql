{{ config(materialized='ephemeral') }}

{#- What pulls three times a day give, where there were too few to tell. -#}
{%- set usual_hours_between_pulls = 8 -%}

with connections as (

    select * from {{ ref('heyreach_connections') }}
    where is_sent

),

alarm as (

    select
        reach.hours_between_pulls,
        reach.is_blind,
        exists(select 1 from {{ ref('fnd_acceptance_cusum') }} where dimension = 'account') as has_begun
    from {{ ref('fnd_acceptance_alarm_reach') }} as reach

),

run_parameters as (

    select
        *,
        {{ utc_date('as_of') }} as today
    from {{ ref('stg_operations__run_parameters') }}

),

stock as (

    select
        count(*) as sent_to_date,
        count(*) filter (where connections.sent_cohort_at is null) as sent_undated,
        count(*) filter (where connections.is_mature) as has_mature,
        -- The rate so far of what is old, dated or not.
        count(*) filter (where connections.is_mature or connections.sent_cohort_at is null) as old,
        count(*) filter (
            where (connections.is_mature or connections.sent_cohort_at is null) and connections.is_accepted
        ) as old_accepted
    from connections

)

select
    run_parameters.*,
    stock.*,
    alarm.is_blind,
    alarm.has_begun,
    coalesce(alarm.hours_between_pulls, {{ usual_hours_between_pulls }}) as hours_between_pulls,
    pace.sent_per_business_day,
    pace.is_known as is_pace_known,
    case
        when stock.old >= run_parameters.collecting_below
            then greatest({{ rate('stock.old_accepted', 'stock.old') }}, {{ lowest_rate_planned_with() }})
        else {{ usual_accept_rate() }}
    end as assumed_rate
from run_parameters
cross join stock
cross join alarm
cross join {{ ref('fnd_request_pace') }} as pace
