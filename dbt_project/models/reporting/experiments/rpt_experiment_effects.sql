{{ config(materialized='ephemeral') }}

with strata as (

    select
        ratios.experiment,
        ratios.account_type,
        ratios.other_account_type,
        cells.stratum,
        sum(cells.sent) filter (where cells.account_type = ratios.account_type) * 1.0 as sent,
        sum(cells.accepted) filter (where cells.account_type = ratios.account_type) * 1.0 as accepted,
        sum(cells.sent) filter (where cells.account_type = ratios.other_account_type) * 1.0 as other_sent,
        sum(cells.accepted) filter (where cells.account_type = ratios.other_account_type) * 1.0 as other_accepted
    from {{ ref('rpt_experiment_ratios') }} as ratios
    inner join {{ ref('rpt_experiment_cells') }} as cells
        on ratios.experiment = cells.experiment
        and cells.account_type in (ratios.account_type, ratios.other_account_type)
    group by ratios.experiment, ratios.account_type, ratios.other_account_type, cells.stratum

)

-- Mantel-Haenszel over the strata that both types have.
select
    experiment,
    account_type,
    other_account_type,
    sum((accepted * other_sent - other_accepted * sent) / (sent + other_sent))
    / sum(sent * other_sent / (sent + other_sent)) as difference,
    sum(accepted - sent * (accepted + other_accepted) / (sent + other_sent))
    / nullif(sqrt(sum(
        sent * other_sent * (accepted + other_accepted) * (sent + other_sent - accepted - other_accepted)
        / nullif(power(sent + other_sent, 2) * (sent + other_sent - 1), 0)
    )), 0) as z
from strata
where sent > 0 and other_sent > 0
group by experiment, account_type, other_account_type
