{#- What is mended in which scenario of the coming week: nothing, one remedy alone, everything, or everything but what mends the
    cause of one. -#}

with remedies as (

    select * from {{ ref('fnd_week_remedies') }}

),

scenarios as (

    select 'nothing' as scenario, 0 as remedy, 0 as line
    union all
    select 'everything', 0, 0
    union all
    select 'alone', remedy, line from remedies
    union all
    select 'without', remedy, line from remedies

)

select
    scenarios.scenario,
    scenarios.remedy,
    remedies.remedy as mended,
    remedies.kind,
    remedies.segment
from scenarios
left join remedies
    on scenarios.scenario = 'everything'
    or scenarios.scenario = 'alone' and remedies.remedy = scenarios.remedy
    or scenarios.scenario = 'without' and remedies.line <> scenarios.line
