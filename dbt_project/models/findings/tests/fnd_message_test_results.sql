{#- The first look that decides is the last word; what looks after it show changes nothing. -#}

with decisive as (

    select *
    from {{ ref('fnd_message_test_looks') }}
    where ratio_p_value >= {{ unequal_below() }} and (is_crossed or is_within)
    qualify row_number() over (partition by test_id order by look) = 1

),

newest as (

    select *
    from {{ ref('fnd_message_test_looks') }}
    qualify row_number() over (partition by test_id order by look desc) = 1

),

-- What is shown: the look that decided, else the newest.
shown as (

    select * from decisive
    union all
    select * from newest
    where test_id not in (select test_id from decisive)

)

select
    plans.test_id,
    coalesce(newest.look, 0) as looks_held,
    decisive.look as decided_at_look,
    coalesce(newest.look = (select max(look) from {{ ref('message_test_bounds') }}), false) as is_at_end,
    coalesce(shown.ratio_p_value < {{ unequal_below() }}, false) as is_ratio_broken,
    case
        when decisive.is_crossed then 'winner'
        when decisive.is_within then 'no_difference'
        else 'not_yet'
    end as result,
    case
        when decisive.is_crossed and decisive.difference > 0 then plans.arm
        when decisive.is_crossed then plans.other_arm
    end as winner,
    shown.ratio_p_value,
    shown.requests,
    shown.rate,
    shown.other_requests,
    shown.other_rate,
    shown.undated,
    shown.compared_requests,
    shown.difference,
    shown.difference_low,
    shown.difference_high
from {{ ref('fnd_message_test_plans') }} as plans
left join newest on plans.test_id = newest.test_id
left join decisive on plans.test_id = decisive.test_id
left join shown on plans.test_id = shown.test_id
