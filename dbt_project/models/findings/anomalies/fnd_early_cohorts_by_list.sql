{{ config(materialized='ephemeral') }}

{%- set before_the_day = 'order by sent_date range between interval ' ~ history_days() ~ ' day preceding and interval 1 day preceding' -%}
{#- So many requests at the rate of all lists keep a list's rate away from 0 and 1. -#}
{%- set as_at_the_rate_of_all = 20 -%}

with cohorts as (

    select * from {{ ref('fnd_early_cohorts') }}

),

list_days as (

    select
        sent_date,
        list_id,
        sum(sent) as sent,
        sum(accepted) as accepted,
        {{ exact_sum('exposure') }} as exposure
    from cohorts
    group by sent_date, list_id

),

all_days as (

    select
        sent_date,
        sum(accepted) over before_the_day as earlier_accepted,
        sum(cast(exposure as decimal(38, 18))) over before_the_day as earlier_exposure
    from (
        select
            sent_date,
            sum(accepted) as accepted,
            {{ exact_sum('exposure') }} as exposure
        from cohorts
        group by sent_date
    ) as days
    window before_the_day as ({{ before_the_day }})

),

list_history as (

    select
        sent_date,
        list_id,
        sum(sent) over before_the_day as earlier_sent,
        sum(accepted) over before_the_day as earlier_accepted,
        sum(cast(exposure as decimal(38, 18))) over before_the_day as earlier_exposure
    from list_days
    window before_the_day as (partition by list_id {{ before_the_day }})

)

select
    cohorts.*,
    (list_history.earlier_accepted + {{ as_at_the_rate_of_all }} * {{ rate('all_days.earlier_accepted', 'all_days.earlier_exposure') }})
    / cast(list_history.earlier_exposure + {{ as_at_the_rate_of_all }} as double) as list_rate
from cohorts
inner join list_history
    on cohorts.sent_date = list_history.sent_date
    and cohorts.list_id = list_history.list_id
inner join all_days on cohorts.sent_date = all_days.sent_date
cross join {{ ref('stg_operations__run_parameters') }} as run_parameters
where list_history.earlier_sent >= run_parameters.collecting_below
