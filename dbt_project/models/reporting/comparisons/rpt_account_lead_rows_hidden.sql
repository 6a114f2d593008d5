{{ config(materialized='ephemeral') }}

{#- Rows of a sensitive cross are hidden, the smallest first, until every lead value in them has `sensitive_cell_minimum` people or
    none, in two rows and two lead values at least; where no such set exists, all are. Where rows add up to one of another pair, that
    is so among them alone, and all are hidden with it. -#}

with cells as (

    select * from {{ ref('rpt_account_lead_cells') }}

),

run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

account_values as (

    select
        cells.pair,
        cells.sums_to_row,
        cells.account_value,
        min(nullif(cells.people, 0)) < max(run_parameters.sensitive_cell_minimum) as has_small_cell,
        row_number() over (
            partition by cells.pair, cells.sums_to_row
            order by
                min(nullif(cells.people, 0)) < max(run_parameters.sensitive_cell_minimum) desc,
                sum(cells.people),
                cells.account_value
        ) as row_rank
    from cells
    cross join run_parameters
    where cells.is_sensitive
    group by cells.pair, cells.sums_to_row, cells.account_value

),

lead_values as (

    select
        pair,
        lead_value
    from cells
    where is_sensitive
    group by pair, lead_value

),

hidden_up_to as (

    select
        account_values.pair,
        account_values.sums_to_row,
        account_values.row_rank,
        lead_values.lead_value,
        sum(coalesce(cells.people_counted_here, 0)) over (
            partition by account_values.pair, account_values.sums_to_row, lead_values.lead_value
            order by account_values.row_rank rows between unbounded preceding and current row
        ) as people
    from account_values
    inner join lead_values on account_values.pair = lead_values.pair
    left join cells
        on account_values.pair = cells.pair
        and account_values.account_value = cells.account_value
        and lead_values.lead_value = cells.lead_value

),

safe_cuts as (

    select
        hidden_up_to.pair,
        hidden_up_to.sums_to_row,
        hidden_up_to.row_rank
    from hidden_up_to
    cross join run_parameters
    group by hidden_up_to.pair, hidden_up_to.sums_to_row, hidden_up_to.row_rank
    having bool_and(hidden_up_to.people = 0 or hidden_up_to.people >= run_parameters.sensitive_cell_minimum)
        and count(*) filter (where hidden_up_to.people > 0) >= 2

),

tables as (

    select
        account_values.pair,
        account_values.sums_to_row,
        count(*) as table_rows,
        count(*) filter (where account_values.has_small_cell) as small_rows
    from account_values
    group by account_values.pair, account_values.sums_to_row

),

cuts as (

    select
        tables.pair,
        tables.sums_to_row,
        case
            when tables.small_rows = 0 then 0
            else coalesce(min(safe_cuts.row_rank), tables.table_rows)
        end as hidden_rows
    from tables
    left join safe_cuts
        on tables.pair = safe_cuts.pair
        and tables.sums_to_row = safe_cuts.sums_to_row
        and safe_cuts.row_rank >= greatest(tables.small_rows, 2)
    group by tables.pair, tables.sums_to_row, tables.small_rows, tables.table_rows

),

cut as (

    select
        account_values.pair,
        account_values.sums_to_row,
        account_values.account_value,
        account_values.row_rank <= cuts.hidden_rows as is_in_hidden_row
    from account_values
    inner join cuts
        on account_values.pair = cuts.pair
        and account_values.sums_to_row = cuts.sums_to_row

)

select
    cut.pair,
    cut.account_value,
    cut.is_in_hidden_row or coalesce(summed.is_in_hidden_row, false) as is_in_hidden_row
from cut
left join cut as summed
    on summed.pair = case cut.pair
        {%- for entry in account_lead_pairs() if entry.sums_to is defined %}
        when '{{ entry.pair }}' then '{{ entry.sums_to }}'
        {%- endfor %}
    end
    and cut.sums_to_row = summed.account_value
