with strata as (

    select * from {{ ref('fnd_message_test_strata') }}

),

counted as (

    select
        test_id,
        look,
        sent_until,
        z_bound,
        {% for column in ('requests', 'successes', 'other_requests', 'other_successes') %}
        cast(sum({{ column }}) as bigint) as {{ column }},
        {%- endfor %}
        cast(sum(requests + other_requests) filter (where requests > 0 and other_requests > 0) as bigint) as compared_requests
    from strata
    group by test_id, look, sent_until, z_bound

),

effects as (

    select
        test_id,
        look,
        {{ mantel_haenszel_risk_difference() }} as difference,
        {{ mantel_haenszel_risk_difference_error() }} as difference_error,
        sqrt({{ mantel_haenszel_chi_square() }}) as z
    from strata
    where a + b > 0 and c + d > 0
    group by test_id, look

)

select
    counted.test_id,
    counted.look,
    counted.sent_until,
    {{ normal_p_value(ratio_z()) }} as ratio_p_value,
    counted.requests,
    counted.successes,
    {{ rate('counted.successes', 'counted.requests') }} as rate,
    counted.other_requests,
    counted.other_successes,
    {{ rate('counted.other_successes', 'counted.other_requests') }} as other_rate,
    coalesce(counted.compared_requests, 0) as compared_requests,
    effects.difference,
    greatest(effects.difference - counted.z_bound * effects.difference_error, -1) as difference_low,
    least(effects.difference + counted.z_bound * effects.difference_error, 1) as difference_high,
    sign(effects.difference) * effects.z as z,
    counted.z_bound,
    coalesce(effects.z >= counted.z_bound, false) as is_crossed,
    coalesce(
        effects.difference - counted.z_bound * effects.difference_error > -plans.smallest_difference
        and effects.difference + counted.z_bound * effects.difference_error < plans.smallest_difference,
        false
    ) as is_within
from counted
inner join {{ ref('fnd_message_test_plans') }} as plans on counted.test_id = plans.test_id
left join effects on counted.test_id = effects.test_id and counted.look = effects.look
