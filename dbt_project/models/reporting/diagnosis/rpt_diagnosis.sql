{#- What the report opens with, beside the list itself. -#}

with bottlenecks as (

    select * from {{ ref('rpt_bottlenecks') }}

),

tests as (

    select * from {{ ref('fnd_loss_tests') }}
    where stage = 'acceptance'

),

run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

alarms as (

    select
        count(*) filter (where verdict not in ('background', 'declined')) as alarms,
        count(*) filter (where verdict = 'blind') as alarms_blind,
        count(*) filter (where verdict = 'blocked') as alarms_blocked,
        count(*) filter (where verdict = 'starved') as alarms_starved,
        count(*) filter (where verdict = 'lower') as alarms_losing,
        count(*) filter (where verdict = 'background') as background_losses,
        -- What files and imports lose is on top of what waits.
        coalesce(
            sum(recoverable_accepts_per_week) filter (
                where verdict not in ('background', 'declined') and worth_together is null
            ), 0
        ) as lost_before_the_queue,
        -- Of everything mended, what the operator won't mend.
        coalesce(sum(worth_together) filter (where verdict = 'declined'), 0) as declined
    from bottlenecks

),

compared as (

    select
        count(*) as segments_compared,
        count(*) filter (where {{ is_loss() }}) as segments_lower
    from tests

)

select
    alarms.alarms,
    alarms.alarms_blind,
    alarms.alarms_blocked,
    alarms.alarms_starved,
    alarms.alarms_losing,
    alarms.background_losses,
    round(greatest(together.worth - alarms.declined, 0) + alarms.lost_before_the_queue, 6) as recoverable_accepts_per_week,
    {%- for end in ['low', 'high'] %}
    round(greatest(together.worth_{{ end }} - alarms.declined, 0) + alarms.lost_before_the_queue, 6) as worth_{{ end }},
    {%- endfor %}
    compared.segments_compared,
    compared.segments_lower,
    coalesce(
        (select list(distinct leads.rank order by leads.rank) from {{ ref('rpt_bottleneck_leads') }} as leads), []
    ) as lines_with_leads,
    cast({{ evidence_since('run_parameters.since', 'run_parameters.until') }} as date) as evidence_since,
    run_parameters.since as period_since,
    run_parameters.until as period_until,
    run_parameters.as_of
from alarms
cross join (select worth, worth_low, worth_high from {{ ref('fnd_week_worths') }} where remedy = 0) as together
cross join compared
cross join run_parameters
