{#- Types of senders compared on the same leads, where `make import` drew lots (a hash) over who sends. Each lead counts with
    the sender it was given, whatever became of it. One look: the first requests of each type, as many as were planned, once
    they are old enough; before that nothing is shown, so that nobody stops when it happens to look good. -#}
{%- set detectable_points = 0.1 -%}

with imports as (

    select * from {{ ref('stg_importer__imports') }}
    where experiment is not null

),

run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

-- Whom lots gave to whom: the first time counts.
assigned as (

    select *
    from (
        select
            imports.experiment,
            imports.import_id,
            imports.planned_at,
            import_leads.lead_id,
            import_leads.campaign_id,
            import_leads.account_id,
            accounts.account_type,
            row_number() over (partition by imports.experiment, import_leads.lead_id order by imports.planned_at, import_leads.import_id, import_leads.row_number) as place
        from {{ ref('heyreach_import_leads') }} as import_leads
        inner join imports on import_leads.import_id = imports.import_id
        inner join {{ ref('heyreach_accounts') }} as accounts on import_leads.account_id = accounts.account_id
        where import_leads.times_sent > 0
    ) as drawn
    where place = 1 and account_type <> 'unknown'

),

per_import as (

    select
        experiment,
        import_id,
        account_type,
        count(*) as leads,
        count(distinct account_id) as senders
    from assigned
    group by experiment, import_id, account_type

),

-- Each sender has the same chance, so a type's share of leads is its share of senders.
ratios as (

    select
        first_type.experiment,
        first_type.account_type as account_type,
        second_type.account_type as other_account_type,
        cast(sum(first_type.leads) as bigint) as leads,
        cast(sum(second_type.leads) as bigint) as other_leads,
        sum((first_type.leads + second_type.leads) * first_type.senders * 1.0 / (first_type.senders + second_type.senders)) as expected_leads,
        sum((first_type.leads + second_type.leads) * first_type.senders * 1.0 * second_type.senders / power(first_type.senders + second_type.senders, 2)) as variance
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
    from assigned
    group by experiment, account_type

),

begun as (

    select
        experiment,
        min(planned_at) as began_at
    from imports
    group by experiment

),

-- What was known when the experiment began decides how many requests it needs.
planned as (

    select
        rates.experiment,
        rates.began_at,
        rates.rate_before,
        {{ sample_size('rates.rate_before', '(rates.rate_before + ' ~ detectable_points ~ ')') }} as planned_sent
    from (
        select
            begun.experiment,
            begun.began_at,
            least(greatest(case
                when count(*) filter (where connections.is_mature) >= max(run_parameters.collecting_below)
                    then count(*) filter (where connections.is_mature and connections.is_accepted_in_window) * 1.0 / count(*) filter (where connections.is_mature)
                else 0.3
            end, 0.05), 0.85) as rate_before
        from begun
        cross join run_parameters
        left join {{ ref('heyreach_connections') }} as connections on connections.sent_cohort_at < begun.began_at
        group by begun.experiment, begun.began_at
    ) as rates

),

requests as (

    select
        assigned.experiment,
        assigned.account_type,
        coalesce(connections.icp, 'unknown') as stratum,
        connections.is_accepted_in_window,
        row_number() over (partition by assigned.experiment, assigned.account_type order by connections.sent_cohort_at, connections.connection_id) as place
    from assigned
    inner join {{ ref('heyreach_connections') }} as connections
        on assigned.lead_id = connections.lead_id
        and assigned.campaign_id = connections.campaign_id
    where connections.is_mature

),

counted as (

    select
        requests.experiment,
        requests.account_type,
        count(*) as mature_sent
    from requests
    group by requests.experiment, requests.account_type

),

looked_at as (

    select
        requests.experiment,
        requests.account_type,
        requests.stratum,
        count(*) as sent,
        count(*) filter (where requests.is_accepted_in_window) as accepted
    from requests
    inner join planned on requests.experiment = planned.experiment
    where requests.place <= planned.planned_sent
    group by requests.experiment, requests.account_type, requests.stratum

),

-- Those of whom nobody knows whether they were asked, as if they were.
undecided as (

    select
        assigned.experiment,
        assigned.account_type,
        dated.undecided_group,
        cast(dated.is_sent as integer) as is_counted
    from assigned
    inner join {{ ref('heyreach_connections') }} as connections
        on assigned.lead_id = connections.lead_id
        and assigned.campaign_id = connections.campaign_id
    inner join {{ ref('int_connections_dated') }} as dated
        on connections.campaign_id = dated.campaign_id
        and connections.campaign_lead_id = dated.campaign_lead_id
    where dated.is_undecided
        and dated.is_mature
        and dated.is_within_window

),

in_doubt as (

    select
        groups.experiment,
        groups.account_type
    from (
        select
            experiment,
            account_type,
            sum(sent) as sent,
            sum(accepted) as accepted
        from looked_at
        group by experiment, account_type
    ) as groups
    inner join ({{ undecided_by(['experiment', 'account_type'], 'undecided') }}) as doubt
        on groups.experiment = doubt.experiment
        and groups.account_type = doubt.account_type
    where {{ is_rate_in_doubt('groups.accepted', 'groups.sent', 'doubt.fewer', 'doubt.more') }}

),

strata as (

    select
        ratios.experiment,
        ratios.account_type,
        ratios.other_account_type,
        cells.stratum,
        sum(cells.sent) filter (where cells.account_type = ratios.account_type) * 1.0 as sent,
        sum(cells.accepted) filter (where cells.account_type = ratios.account_type) * 1.0 as accepted,
        sum(cells.sent) filter (where cells.account_type = ratios.other_account_type) * 1.0 as other_sent,
        sum(cells.accepted) filter (where cells.account_type = ratios.other_account_type) * 1.0 as other_accepted
    from ratios
    inner join looked_at as cells
        on ratios.experiment = cells.experiment
        and cells.account_type in (ratios.account_type, ratios.other_account_type)
    group by ratios.experiment, ratios.account_type, ratios.other_account_type, cells.stratum

),

-- Mantel-Haenszel over the strata that both types have.
effects as (

    select
        experiment,
        account_type,
        other_account_type,
        sum((accepted * other_sent - other_accepted * sent) / (sent + other_sent)) / sum(sent * other_sent / (sent + other_sent)) as difference,
        sum(accepted - sent * (accepted + other_accepted) / (sent + other_sent))
        / nullif(sqrt(sum(
            sent * other_sent * (accepted + other_accepted) * (sent + other_sent - accepted - other_accepted)
            / nullif(power(sent + other_sent, 2) * (sent + other_sent - 1), 0)
        )), 0) as z
    from strata
    where sent > 0 and other_sent > 0
    group by experiment, account_type, other_account_type

),

joined as (

    select
        ratios.*,
        planned.began_at,
        planned.rate_before,
        planned.planned_sent,
        first_senders.senders,
        second_senders.senders as other_senders,
        coalesce(first_counted.mature_sent, 0) as mature_sent,
        coalesce(second_counted.mature_sent, 0) as other_mature_sent,
        (ratios.leads - ratios.expected_leads) / nullif(sqrt(ratios.variance), 0) as ratio_z,
        effects.difference,
        effects.z,
        first_doubt.account_type is not null or second_doubt.account_type is not null as is_in_doubt
    from ratios
    inner join planned on ratios.experiment = planned.experiment
    inner join senders as first_senders
        on ratios.experiment = first_senders.experiment and ratios.account_type = first_senders.account_type
    inner join senders as second_senders
        on ratios.experiment = second_senders.experiment and ratios.other_account_type = second_senders.account_type
    left join counted as first_counted
        on ratios.experiment = first_counted.experiment and ratios.account_type = first_counted.account_type
    left join counted as second_counted
        on ratios.experiment = second_counted.experiment and ratios.other_account_type = second_counted.account_type
    left join effects
        on ratios.experiment = effects.experiment
        and ratios.account_type = effects.account_type
        and ratios.other_account_type = effects.other_account_type
    left join in_doubt as first_doubt
        on ratios.experiment = first_doubt.experiment and ratios.account_type = first_doubt.account_type
    left join in_doubt as second_doubt
        on ratios.experiment = second_doubt.experiment and ratios.other_account_type = second_doubt.account_type

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
        when tested.ratio_p_value < 0.001 then 'blind'
        when not tested.is_finished then 'collecting'
        when tested.is_in_doubt or least(tested.senders, tested.other_senders) < 3 then 'not_separable'
        else {{ verdict(is_significant('tested.p_value'), 'tested.difference') }}
    end as verdict,
    run_parameters.as_of
from tested
cross join run_parameters
