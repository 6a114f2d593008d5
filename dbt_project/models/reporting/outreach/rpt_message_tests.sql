{#- What a test needs, how far it is, when it can be judged, and what came of it. -#}
{%- set weeks_ahead = 8 -%}

with joined as (

    select
        plans.*,
        progress.* exclude (test_id),
        results.* exclude (test_id, ratio_p_value, requests, other_requests, compared_requests),
        (select max(look) from {{ ref('message_test_bounds') }}) as all_looks,
        if(plans.metric = 'replies', plans.window_days, run_parameters.acceptance_window_days) + run_parameters.detection_lag_days
        as days_until_old,
        {{ utc_date('greatest(run_parameters.as_of, plans.started_at)') }} as goes_on_from,
        run_parameters.as_of
    from {{ ref('fnd_message_test_plans') }} as plans
    inner join {{ ref('fnd_message_test_progress') }} as progress on plans.test_id = progress.test_id
    inner join {{ ref('fnd_message_test_results') }} as results on plans.test_id = results.test_id
    cross join {{ ref('stg_operations__run_parameters') }} as run_parameters
    -- One that was changed before anybody was asked never was.
    where plans.ended_at is null or progress.leads + progress.other_leads > 0

),

expected as (

    select
        *,
        case when result = 'not_yet' then cast(ceil(greatest(planned_requests - mature_of_each, 0)) as bigint) end as missing_requests,
        -- Unknown where nothing goes out, and where it would take longer than ten years.
        case
            when result = 'not_yet' and ended_at is null and not is_at_end
                and greatest(planned_requests - sent_of_each, 0) <= 3650 * of_each_per_day
                then goes_on_from + cast(days_until_old + ceil(
                    coalesce(greatest(planned_requests - sent_of_each, 0) / nullif(of_each_per_day, 0), 0)
                ) as integer)
        end as judge_by,
        {{ message_test_sees('rate_before', '(of_each_per_day * (' ~ 7 * weeks_ahead ~ ' - days_until_old))') }} as sees_in_eight_weeks
    from joined

)

{%- set facts = {
    'winner': 'winner', 'loser': "if(winner = arm, other_arm, arm)", 'arm': 'arm', 'other_arm': 'other_arm',
    'least': 'cast(round(100 * greatest(if(difference > 0, difference_low, -difference_high), 0)) as bigint)',
    'most': 'cast(round(100 * if(difference > 0, difference_high, -difference_low)) as bigint)',
    'smallest': 'cast(round(100 * smallest_difference) as bigint)', 'ended': 'ended_at',
    'requests': 'nullif(requests, 0)', 'planned': 'planned_requests',
    'low': 'cast(round(100 * difference_low) as bigint)', 'high': 'cast(round(100 * difference_high) as bigint)',
    'succeeds': "if(metric = 'replies', 'answered', 'accepted')", 'units': "if(metric = 'replies', 'accepted requests', 'requests')",
    'undated': 'nullif(undated, 0)', 'looks': 'looks_held', 'all_looks': 'all_looks', 'missing': 'missing_requests',
    'judge_by': 'cast(judge_by as varchar)', 'sequence_changed': 'sequence_changed_by',
} %}

select
    test_id,
    test_name,
    config_hash,
    metric,
    arm,
    other_arm,
    arm_share,
    smallest_difference,
    window_days,
    recorded_at,
    started_at,
    ended_at,
    rate_before,
    planned_requests,
    cast(leads as bigint) as leads,
    cast(other_leads as bigint) as other_leads,
    ratio_p_value,
    mature_requests,
    other_mature_requests,
    missing_requests,
    sent_per_day,
    judge_by,
    sees_in_eight_weeks,
    looks_held,
    decided_at_look,
    result,
    winner,
    rate,
    other_rate,
    difference,
    difference_low,
    difference_high,
    coalesce(undated, 0) as undated,
    sequence_changed_by,
    case
        {%- set texts = message_test_texts() %}
        when result <> 'not_yet'
            then if(result = 'winner', {{ sentence(texts.winner, facts) }}, {{ sentence(texts.no_difference, facts) }})
            || if(ratio_p_value < {{ unequal_below() }}, '{{ texts.unequal_since }}', '')
        when is_ratio_broken or ratio_p_value < {{ unequal_below() }} then {{ sentence(texts.unequal, facts) }}
        when ended_at is not null then {{ sentence(texts.changed, facts) }}
        when is_at_end then {{ sentence(texts.ended, facts) }}
        when not is_begun then {{ sentence(texts.unbegun, facts) }}
        else {{ sentence(texts.not_yet, facts) }}
    end || {{ sentence(texts.undated, facts) }} || {{ sentence(texts.sequence_changed, facts) }} as words,
    as_of
from expected
