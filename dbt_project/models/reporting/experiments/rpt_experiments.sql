{#- Types of senders compared on the same leads, where `make import` drew lots (a hash) over who sends. Each lead counts with
    the sender it was given, whatever became of it. One look: the first requests of each type, as many as were planned, once
    they are old enough; before that nothing is shown, so that nobody stops when it happens to look good. -#}
{#- Below this p-value the lots did not do what they should, and nothing is compared. -#}
{%- set unequal_below = 0.001 -%}

with counted as (

    select
        experiment,
        account_type,
        cast(sum(mature_sent) as bigint) as mature_sent
    from {{ ref('rpt_experiment_cells') }}
    group by experiment, account_type

),

joined as (

    select
        ratios.*,
        plans.began_at,
        plans.rate_before,
        plans.planned_sent,
        coalesce(first_counted.mature_sent, 0) as mature_sent,
        coalesce(second_counted.mature_sent, 0) as other_mature_sent,
        effects.difference,
        effects.z,
        exists (
            select 1
            from {{ ref('rpt_experiment_doubts') }} as doubts
            where doubts.experiment = ratios.experiment
                and doubts.account_type in (ratios.account_type, ratios.other_account_type)
        ) as is_in_doubt
    from {{ ref('rpt_experiment_ratios') }} as ratios
    inner join {{ ref('rpt_experiment_plans') }} as plans on ratios.experiment = plans.experiment
    left join counted as first_counted
        on ratios.experiment = first_counted.experiment
        and ratios.account_type = first_counted.account_type
    left join counted as second_counted
        on ratios.experiment = second_counted.experiment
        and ratios.other_account_type = second_counted.account_type
    left join {{ ref('rpt_experiment_effects') }} as effects
        on ratios.experiment = effects.experiment
        and ratios.account_type = effects.account_type
        and ratios.other_account_type = effects.other_account_type

),

tested as (

    select
        *,
        {{ normal_p_value('ratio_z') }} as ratio_p_value,
        {{ normal_p_value('z') }} as p_value,
        least(mature_sent, other_mature_sent) >= planned_sent as is_finished
    from joined

)

select
    tested.experiment,
    tested.account_type,
    tested.other_account_type,
    tested.began_at,
    tested.senders,
    tested.other_senders,
    tested.leads,
    tested.other_leads,
    round(tested.expected_leads, 6) as expected_leads,
    tested.ratio_p_value,
    tested.rate_before,
    tested.planned_sent,
    tested.mature_sent,
    tested.other_mature_sent,
    case when tested.is_finished and not tested.is_in_doubt then tested.difference end as difference,
    case when tested.is_finished and not tested.is_in_doubt then tested.p_value end as p_value,
    case
        when tested.ratio_p_value < {{ unequal_below }} then 'blind'
        when not tested.is_finished then 'collecting'
        when tested.is_in_doubt or least(tested.senders, tested.other_senders) < {{ fewest_senders() }} then 'not_separable'
        else {{ verdict(is_significant('tested.p_value'), 'tested.difference') }}
    end as verdict,
    run_parameters.as_of
from tested
cross join {{ ref('stg_operations__run_parameters') }} as run_parameters
