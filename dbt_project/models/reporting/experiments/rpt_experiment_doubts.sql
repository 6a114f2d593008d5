{{ config(materialized='ephemeral') }}

-- Those of whom nobody knows whether they were asked, as if they were.
with undecided as (

    select
        assigned.experiment,
        assigned.account_type,
        dated.undecided_group,
        cast(dated.is_sent as integer) as is_counted
    from {{ ref('rpt_experiment_leads') }} as assigned
    inner join {{ ref('heyreach_connections') }} as connections
        on assigned.lead_id = connections.lead_id
        and assigned.campaign_id = connections.campaign_id
    inner join {{ ref('int_connections_dated') }} as dated
        on connections.campaign_id = dated.campaign_id
        and connections.campaign_lead_id = dated.campaign_lead_id
    where dated.is_undecided
        and dated.is_mature
        and dated.is_within_window

)

select
    groups.experiment,
    groups.account_type
from (
    select
        experiment,
        account_type,
        sum(sent) as sent,
        sum(accepted) as accepted
    from {{ ref('rpt_experiment_cells') }}
    group by experiment, account_type
) as groups
inner join ({{ undecided_by(['experiment', 'account_type'], 'undecided') }}) as doubt
    on groups.experiment = doubt.experiment
    and groups.account_type = doubt.account_type
where {{ is_rate_in_doubt('groups.accepted', 'groups.sent', 'doubt.fewer', 'doubt.more') }}
