{#- What each remedy is worth a week: alone, when all the others are done as well, and all together. Each is a difference of
    two scenarios. Its range comes of what is not known about the chances (whatever shares a list, a sender or a segment is
    wrong together) and about how much a week sends. -#}
{#- What a week sends differs from what limits and queues tell of it, relative: what `tests.endurance.worth` finds. -#}
{%- set volume_doubt = 0.1 -%}
{%- set factors = chance_factors() -%}

with scenarios as (

    select * from {{ ref('fnd_week_scenarios') }}

),

-- Nobody is asked where there is no row; what the requests of a row bring may be unknown.
{%- for scenario in ['nothing', 'everything'] %}
{{ scenario }} as (

    select case when count(*) > 0 then max(expected_accepted) else 0 end as accepted from scenarios
    where scenario = '{{ scenario }}'

),
{%- endfor %}

compared as (

    select 'alone' as scenario, remedy from {{ ref('fnd_week_remedies') }}
    union all
    select 'everything', 0

),

-- What a lead brings more or less by it.
moved as (

    select scenario, remedy, connection_id, {{ exact_sum('accepted') }} as accepted
    from (
        select scenario, remedy, connection_id, expected_accepted as accepted
        from {{ ref('fnd_week_requests') }}
        where scenario in ('alone', 'everything')
        union all
        select compared.scenario, compared.remedy, before.connection_id, -before.expected_accepted
        from compared
        cross join {{ ref('fnd_week_requests') }} as before
        where before.scenario = 'nothing'
    ) as each_lead
    group by scenario, remedy, connection_id
    having abs({{ exact_sum('accepted') }}) > 1e-9

),

weighed as (

    select
        moved.scenario,
        moved.remedy,
        moved.accepted,
        waiting.*
    from moved
    inner join {{ ref('fnd_waiting_leads') }} as waiting on moved.connection_id = waiting.connection_id

),

variances as (

    select
        scenario,
        remedy,
        power({{ exact_sum('accepted') }}, 2) * {{ volume_doubt }} * {{ volume_doubt }} as variance
    from weighed
    group by scenario, remedy
    {%- for factor in factors %}
    union all
    select scenario, remedy, {{ exact_sum('variance') }}
    from (
        select scenario, remedy, power({{ exact_sum('accepted') }}, 2) * max({{ factor }}_doubt) as variance
        from weighed
        group by scenario, remedy, {{ factor }}
    ) as by_{{ factor }}
    group by scenario, remedy
    {%- endfor %}

),

doubts as (

    select scenario, remedy, sqrt({{ exact_sum('variance') }}) as deviation
    from variances
    group by scenario, remedy

),

worths as (

    select
        compared.scenario,
        compared.remedy,
        case when scenarios.scenario is null then 0 else scenarios.expected_accepted end - nothing.accepted as accepted,
        coalesce(doubts.deviation, 0) as deviation
    from compared
    cross join nothing
    left join scenarios on compared.scenario = scenarios.scenario and compared.remedy = scenarios.remedy
    left join doubts on compared.scenario = doubts.scenario and compared.remedy = doubts.remedy

)

select
    worths.remedy,
    remedies.cause,
    remedies.dimension,
    remedies.segment,
    remedies.kind,
    coalesce(row_number() over (
        partition by remedies.cause, remedies.dimension, remedies.segment
        order by worths.accepted desc nulls last, worths.remedy
    ) = 1 and worths.remedy > 0, false) as is_best_remedy,
    {{ worth_of('worths.accepted') }} as worth,
    {{ worth_of('worths.accepted - ' ~ z_of_nine_in_ten() ~ ' * worths.deviation') }} as worth_low,
    {{ worth_of('worths.accepted + ' ~ z_of_nine_in_ten() ~ ' * worths.deviation') }} as worth_high,
    case
        when worths.remedy = 0 then {{ worth_of('worths.accepted') }}
        else {{ worth_of('everything.accepted - case when others.scenario is null then 0 else others.expected_accepted end') }}
    end as worth_together
from worths
cross join everything
left join {{ ref('fnd_week_remedies') }} as remedies on worths.remedy = remedies.remedy
left join scenarios as others on others.scenario = 'without' and worths.remedy = others.remedy
