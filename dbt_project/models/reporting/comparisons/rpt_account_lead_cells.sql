{{ config(materialized='ephemeral') }}

with requests as (

    {{ mature_requests_by_pair(ref('fnd_period_facts')) }}

),

-- A person several accounts wrote to is one person, in whichever of the rows.
people as (

    select
        *,
        row_number() over (partition by pair, lead_id order by account_value, lead_value) = 1 as is_counted_here
    from requests

),

counted as (

    select
        pair,
        is_sensitive,
        sums_to_row,
        account_value,
        lead_value,
        match,
        count(*) as mature_sent,
        sum(mature_accepted) as mature_accepted,
        sum(mature_accepted_surely) as mature_accepted_surely,
        sum(mature_accepted_possibly) as mature_accepted_possibly,
        count(distinct account_id) as senders,
        count(distinct lead_id) as people,
        count(distinct case when is_counted_here then lead_id end) as people_counted_here
    from people
    group by pair, is_sensitive, sums_to_row, account_value, lead_value, match

)

-- In a hidden row even that a cell is empty is hidden, so empty cells are there until it is known which rows are.
select * from counted
union all
select
    account_values.pair,
    true as is_sensitive,
    account_values.sums_to_row,
    account_values.account_value,
    lead_values.lead_value,
    case
        when account_values.sums_to_row = 'all'
            then {{ account_lead_match('account_values.account_value', 'lead_values.lead_value') }}
        else 'not_comparable'
    end as match,
    0 as mature_sent,
    0 as mature_accepted,
    0 as mature_accepted_surely,
    0 as mature_accepted_possibly,
    0 as senders,
    0 as people,
    0 as people_counted_here
from (select distinct pair, sums_to_row, account_value from counted where is_sensitive) as account_values
inner join (select distinct pair, lead_value from counted where is_sensitive) as lead_values
    on account_values.pair = lead_values.pair
left join counted
    on account_values.pair = counted.pair
    and account_values.account_value = counted.account_value
    and lead_values.lead_value = counted.lead_value
where counted.pair is null
