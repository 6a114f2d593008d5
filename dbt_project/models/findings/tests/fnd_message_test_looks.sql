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
        cast(sum(undated + other_undated) as bigint) as undated,
        cast(sum(requests + other_requests) filter (where requests > 0 and other_requests > 0) as bigint) as compared_requests
    from strata
    group by test_id, look, sent_until, z_bound

),

-- Replies that bounds don't date count twice: as if they had come too late, and as if in time.
readings as (

    select
        *,
        false as is_in_time
    from strata
    union all
    select
        * replace (a + undated as a, b - undated as b, c + other_undated as c, d - other_undated as d),
        true
    from strata
    where test_id in (select counted.test_id from counted where counted.undated > 0)

),

effects as (

    select
        test_id,
        look,
        is_in_time,
        any_value(z_bound) as z_bound,
        {{ mantel_haenszel_risk_difference() }} as difference,
        {{ mantel_haenszel_risk_difference_error() }} as difference_error,
        sqrt({{ mantel_haenszel_chi_square() }}) as z
    from readings
    where a + b > 0 and c + d > 0
    group by test_id, look, is_in_time

),

-- What both readings say.
agreed as (

    select
        test_id,
        look,
        max(difference) filter (where not is_in_time) as difference,
        min(difference - z_bound * difference_error) as difference_low,
        max(difference + z_bound * difference_error) as difference_high,
        max(sign(difference) * z) filter (where not is_in_time) as z,
        bool_and(coalesce(z >= z_bound, false)) and min(sign(difference)) = max(sign(difference)) as is_crossed
    from effects
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
    counted.undated,
    coalesce(counted.compared_requests, 0) as compared_requests,
    agreed.difference,
    greatest(agreed.difference_low, -1) as difference_low,
    least(agreed.difference_high, 1) as difference_high,
    agreed.z,
    counted.z_bound,
    coalesce(agreed.is_crossed, false) as is_crossed,
    coalesce(
        agreed.difference_low > -plans.smallest_difference and agreed.difference_high < plans.smallest_difference, false
    ) as is_within
from counted
inner join {{ ref('fnd_message_test_plans') }} as plans on counted.test_id = plans.test_id
left join agreed on counted.test_id = agreed.test_id and counted.look = agreed.look
