{#- What is suppressed can't be had by subtraction, from the public total of its table or, for gender, from the totals of
    accounts and leads in other tables: what is hidden together is at least two cells and `sensitive_cell_minimum` people,
    in every sum that the tables give away; or else the whole table is hidden. And no cell of few people is shown. -#}

with facts as (

    select * from {{ ref('fnd_period_facts') }}

),

run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

segments as (

    select * from {{ ref('rpt_segment_performance') }}
    where is_sensitive and is_collected

),

cells as (

    select * from {{ ref('rpt_account_lead_match') }}
    where is_sensitive and is_collected

),

people as (

    {%- for entry in sensitive_dimensions() %}
    select distinct
        '{{ entry.name }}' as dimension,
        coalesce({{ entry.column }}, '{{ entry.missing }}') as segment,
        lead_id
    from facts
    where leads_imported + leads_undated + sent_undated + sent_to_date > 0
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

),

hidden_segments as (

    select
        people.dimension,
        count(distinct people.segment) as hidden_cells,
        count(distinct people.lead_id) as hidden_people
    from people
    left join segments as shown
        on people.dimension = shown.dimension
        and people.segment = shown.segment
        and shown.verdict <> 'suppressed'
    where shown.segment is null
        and people.dimension in (select dimension from segments)
    group by people.dimension

),

-- The accounts of one gender add up to that gender's row, so among them it is as among all.
requests as (

    {%- for pair, account, together in [
        ('gender', 'account_gender', "'all'"), ('gender_by_account', 'account_id', "coalesce(account_gender, 'unknown')")
    ] %}
    select
        '{{ pair }}' as pair,
        {{ together }} as together,
        coalesce({{ account }}, 'unknown') as account_value,
        coalesce(lead_gender, 'unknown') as lead_value,
        lead_id
    from facts
    where mature_sent = 1
        and exists (select 1 from cells)
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

-- A hidden cell without people is hidden like the others: nobody sees that it is empty.
crossed as (

    select
        account_values.pair,
        account_values.together,
        account_values.account_value,
        lead_values.lead_value,
        requests.lead_id,
        shown_rows.account_value is null as is_hidden
    from (select distinct pair, together, account_value from requests) as account_values
    cross join (select distinct lead_value from requests) as lead_values
    left join requests
        on account_values.pair = requests.pair
        and account_values.account_value = requests.account_value
        and lead_values.lead_value = requests.lead_value
    left join (select distinct pair, account_value from cells where verdict <> 'suppressed') as shown_rows
        on account_values.pair = shown_rows.pair
        and account_values.account_value = shown_rows.account_value

),

-- Totals of accounts and of leads are public. So whole rows are hidden, two at least, and with people in two lead values
-- at least; and each lead value in them has enough people, or none.
hidden_lead_values as (

    select
        pair,
        together,
        lead_value,
        count(distinct account_value) as hidden_cells,
        count(distinct lead_id) as hidden_people
    from crossed
    where is_hidden
    group by pair, together, lead_value

),

-- Where some rows are shown, the sum of the others is known; so it is where the row is shown to which they add up.
told as (

    select
        *,
        exists (
            select 1 from crossed
            where not crossed.is_hidden
                and crossed.pair = hidden_lead_values.pair
                and crossed.together = hidden_lead_values.together
        ) as is_beside_shown,
        exists (
            select 1 from crossed
            where not crossed.is_hidden
                and crossed.pair = 'gender'
                and crossed.account_value = hidden_lead_values.together
        ) as is_in_shown
    from hidden_lead_values

)

select 'a segment of few people is shown' as problem, dimension as what, segment as value
from segments
cross join run_parameters
where people < sensitive_cell_minimum
union all
select 'a cell of few people is shown', account_value, lead_value
from cells
cross join run_parameters
where people < sensitive_cell_minimum
union all
select 'hidden segments can be told', hidden_segments.dimension, null
from hidden_segments
cross join run_parameters
where (hidden_cells < 2 or hidden_people < sensitive_cell_minimum)
    and exists (select 1 from segments where segments.dimension = hidden_segments.dimension and segments.verdict <> 'suppressed')
union all
select 'a row is hidden in part', account_value, lead_value
from cells
where verdict = 'suppressed'
    and (pair, account_value) in (select (shown.pair, shown.account_value) from cells as shown where shown.verdict <> 'suppressed')
union all
select 'hidden cells can be told', lead_value, null
from told
cross join run_parameters
where (is_beside_shown or is_in_shown)
    and (hidden_cells < 2 or hidden_people between 1 and sensitive_cell_minimum - 1)
union all
select 'hidden rows can be told', 'lead values with people', cast(count(*) as varchar)
from told
where hidden_people > 0 and is_beside_shown
group by pair, together
having count(*) = 1
union all
select 'a sender tells the hidden row of all alike', senders.account_value, senders.together
from crossed as senders
inner join crossed as summed
    on summed.pair = 'gender'
    and senders.together = summed.account_value
where senders.pair = 'gender_by_account' and not senders.is_hidden and summed.is_hidden
union all
select 'a comparison tells what its cells hide', comparison, verdict
from {{ ref('rpt_account_lead_comparison') }}
where coalesce(first_sent, second_sent, first_accepted, second_accepted, not_comparable, people, odds_ratio, risk_difference) is not null
    and comparison in (select pair from {{ ref('rpt_account_lead_match') }} where verdict = 'suppressed')
