{#- The same as rpt_plan_variance, of all senders and segments. -#}

select
    week,
    {%- for count in ('planned', 'handed_over', 'missed', 'sent', 'accepted', 'mature_sent', 'mature_accepted') %}
    cast(sum({{ count }}) as bigint) as {{ count }},
    {%- endfor %}
    {{ exact_sum('expected_of_mature') }} as expected_of_mature,
    max(as_of) as as_of
from {{ ref('rpt_plan_variance') }}
group by week
