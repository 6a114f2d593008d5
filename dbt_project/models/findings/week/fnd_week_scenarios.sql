{#- What the coming week brings in each scenario of fnd_week_plans. -#}

select
    scenario,
    remedy,
    {{ exact_sum('requests') }} as requests,
    {{ exact_sum('requests_by_others') }} as requests_by_others,
    round({{ exact_sum('expected_accepted') }}, 9) as expected_accepted
from {{ ref('fnd_week_requests') }}
group by scenario, remedy
