{{ config(materialized='ephemeral') }}

with per_import as (

    select
        experiment,
        import_id,
        account_type,
        count(*) as leads,
        count(distinct account_id) as senders
    from {{ ref('rpt_experiment_leads') }}
    group by experiment, import_id, account_type

),

-- Each sender has the same chance, so a type's share of leads is its share of senders.
ratios as (

    select
        first_type.experiment,
        first_type.account_type,
        second_type.account_type as other_account_type,
        cast(sum(first_type.leads) as bigint) as leads,
        cast(sum(second_type.leads) as bigint) as other_leads,
        sum(
            (first_type.leads + second_type.leads)
            * first_type.senders * 1.0 / (first_type.senders + second_type.senders)
        ) as expected_leads,
        sum(
            (first_type.leads + second_type.leads)
            * first_type.senders * 1.0 * second_type.senders / power(first_type.senders + second_type.senders, 2)
        ) as variance
    from per_import as first_type
    inner join per_import as second_type
        on first_type.experiment = second_type.experiment
        and first_type.import_id = second_type.import_id
        and first_type.account_type < second_type.account_type
    group by first_type.experiment, first_type.account_type, second_type.account_type

),

senders as (

    select
        experiment,
        account_type,
        count(distinct account_id) as senders
    from {{ ref('rpt_experiment_leads') }}
    group by experiment, account_type

)

select
    ratios.*,
    first_senders.senders,
    second_senders.senders as other_senders,
    (ratios.leads - ratios.expected_leads) / nullif(sqrt(ratios.variance), 0) as ratio_z
from ratios
inner join senders as first_senders
    on ratios.experiment = first_senders.experiment
    and ratios.account_type = first_senders.account_type
inner join senders as second_senders
    on ratios.experiment = second_senders.experiment
    and ratios.other_account_type = second_senders.account_type
