{{ config(materialized='ephemeral') }}

with undecided as (

    select * from {{ ref('rpt_comparison_requests') }}
    where is_undecided

),

-- Where the rate of either group depends on who of the undecided was asked.
in_doubt as (

    select distinct groups.comparison
    from (
        select
            comparison,
            compared_group,
            count(*) as sent,
            sum(mature_accepted) as accepted
        from {{ ref('rpt_comparison_requests') }}
        where not is_undecided
        group by comparison, compared_group
    ) as groups
    inner join ({{ undecided_by(['comparison', 'compared_group'], 'undecided') }}) as doubt
        on groups.comparison = doubt.comparison
        and groups.compared_group = doubt.compared_group
    where {{ is_rate_in_doubt('groups.accepted', 'groups.sent', 'doubt.fewer', 'doubt.more') }}

),

counted as (

    select
        requests.comparison,
        count(*) filter (where requests.compared_group = 1) as first_sent,
        coalesce(sum(requests.mature_accepted) filter (where requests.compared_group = 1), 0) as first_accepted,
        count(*) filter (where requests.compared_group = 2) as second_sent,
        coalesce(sum(requests.mature_accepted) filter (where requests.compared_group = 2), 0) as second_accepted,
        count(*) filter (where requests.compared_group is null) as not_comparable,
        count(distinct requests.lead_id) filter (where requests.compared_group is not null) as people,
        count(distinct requests.account_id) filter (where requests.compared_group = 1 and strata.is_evidence) as first_senders,
        count(distinct requests.account_id) filter (where requests.compared_group = 2 and strata.is_evidence) as second_senders,
        count(distinct requests.account_value) filter (where strata.is_evidence and requests.compared_group is not null) as account_values
    from {{ ref('rpt_comparison_requests') }} as requests
    left join {{ ref('rpt_comparison_strata') }} as strata
        on requests.comparison = strata.comparison
        and requests.stratum = strata.stratum
    where not requests.is_undecided
    group by requests.comparison

)

select
    counted.*,
    in_doubt.comparison is not null as is_in_doubt
from counted
left join in_doubt on counted.comparison = in_doubt.comparison
