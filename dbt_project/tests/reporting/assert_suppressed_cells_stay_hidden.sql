{#- What is suppressed can't be had by subtraction, from the public total of its table or, for gender, from the totals of
    accounts and leads in other tables: what is hidden together is at least two cells and `sensitive_cell_minimum` people,
    in every sum that the tables give away; or else the whole table is hidden. And no cell of few people is shown. -#}

with facts as (

    select * from {{ ref('int_period_facts') }}

),

run_parameters as (

    select * from {{ ref('stg_heyreach__run_parameters') }}

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

    {%- for entry in segment_dimensions() | selectattr('sensitive', 'defined') %}
    select distinct
        '{{ entry.dimension }}' as dimension,
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

crossed as (

    select
        coalesce(facts.account_gender, 'unknown') as account_value,
        coalesce(facts.lead_gender, 'unknown') as lead_value,
        facts.lead_id,
        shown.account_value is null as is_hidden
    from facts
    left join cells as shown
        on coalesce(facts.account_gender, 'unknown') = shown.account_value
        and coalesce(facts.lead_gender, 'unknown') = shown.lead_value
        and shown.verdict <> 'suppressed'
    where facts.mature_sent = 1
        and exists (select 1 from cells)

),

-- Totals of accounts and of leads are public, so a hidden cell must share its row and its column with others.
hidden_cells as (

    select
        'account value' as what,
        account_value as value,
        count(distinct lead_value) as hidden_cells,
        count(distinct lead_id) as hidden_people,
        1 as people_needed
    from crossed
    where is_hidden
    group by account_value
    union all
    select
        'lead value' as what,
        lead_value as value,
        count(distinct account_value) as hidden_cells,
        count(distinct lead_id) as hidden_people,
        max(run_parameters.sensitive_cell_minimum) as people_needed
    from crossed
    cross join run_parameters
    where is_hidden
    group by lead_value

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
select 'hidden cells can be told', what, value
from hidden_cells
where (hidden_people < people_needed or (what = 'lead value' and hidden_cells < 2))
    and exists (select 1 from crossed where not is_hidden)
union all
select 'a comparison tells what its cells hide', comparison, verdict
from {{ ref('rpt_account_lead_comparison') }}
where coalesce(first_sent, second_sent, first_accepted, second_accepted, not_comparable, people, odds_ratio, risk_difference) is not null
    and comparison in (select pair from {{ ref('rpt_account_lead_match') }} where verdict = 'suppressed')
