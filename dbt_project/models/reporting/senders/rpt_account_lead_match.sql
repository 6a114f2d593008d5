{#- Cells that describe few people are suppressed by whole rows, that is account values: one hidden cell of a cross could be
    had by subtraction from the public totals of its account value and of its lead value. Rows are hidden, the smallest
    first, until every lead value in them has `sensitive_cell_minimum` people or none, in two rows and two lead values at least;
    where no such set exists, all are. -#}
{%- set counts = ['mature_sent', 'mature_accepted', 'mature_accepted_surely', 'mature_accepted_possibly', 'mature_fewer', 'mature_more'] -%}

with facts as (

    select * from {{ ref('fnd_period_facts') }}

),

labels as (

    select * from {{ ref('fnd_segments_labelled') }}

),

run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

requests as (

    {{ mature_requests_by_pair('facts') }}

),

undecided as (

    {{ mature_requests_by_pair('facts', 'undecided_mature') }}

),

doubt as (

    {{ undecided_by(['pair', 'account_value', 'lead_value'], 'undecided') }}

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
    group by pair, is_sensitive, account_value, lead_value, match

),

-- In a hidden row even that a cell is empty is hidden, so empty cells are there until it is known which rows are.
cells as (

    select * from counted
    union all
    select
        account_values.pair,
        true as is_sensitive,
        account_values.account_value,
        lead_values.lead_value,
        {{ account_lead_match('account_values.account_value', 'lead_values.lead_value') }} as match,
        0 as mature_sent,
        0 as mature_accepted,
        0 as mature_accepted_surely,
        0 as mature_accepted_possibly,
        0 as senders,
        0 as people,
        0 as people_counted_here
    from (select distinct pair, account_value from counted where is_sensitive) as account_values
    inner join (select distinct pair, lead_value from counted where is_sensitive) as lead_values
        on account_values.pair = lead_values.pair
    left join counted
        on account_values.pair = counted.pair
        and account_values.account_value = counted.account_value
        and lead_values.lead_value = counted.lead_value
    where counted.pair is null

),

account_values as (

    select
        cells.pair,
        cells.account_value,
        min(nullif(cells.people, 0)) < max(run_parameters.sensitive_cell_minimum) as has_small_cell,
        row_number() over (
            partition by cells.pair
            order by
                min(nullif(cells.people, 0)) < max(run_parameters.sensitive_cell_minimum) desc,
                sum(cells.people),
                cells.account_value
        ) as row_rank
    from cells
    cross join run_parameters
    where cells.is_sensitive
    group by cells.pair, cells.account_value

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
        account_values.row_rank,
        lead_values.lead_value,
        sum(coalesce(cells.people_counted_here, 0)) over (
            partition by account_values.pair, lead_values.lead_value
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
        hidden_up_to.row_rank
    from hidden_up_to
    cross join run_parameters
    group by hidden_up_to.pair, hidden_up_to.row_rank
    having bool_and(hidden_up_to.people = 0 or hidden_up_to.people >= run_parameters.sensitive_cell_minimum)
        and count(*) filter (where hidden_up_to.people > 0) >= 2

),

tables as (

    select
        account_values.pair,
        count(*) as table_rows,
        count(*) filter (where account_values.has_small_cell) as small_rows
    from account_values
    group by account_values.pair

),

cuts as (

    select
        tables.pair,
        case
            when tables.small_rows = 0 then 0
            else coalesce(min(safe_cuts.row_rank), tables.table_rows)
        end as hidden_rows
    from tables
    left join safe_cuts on tables.pair = safe_cuts.pair and safe_cuts.row_rank >= greatest(tables.small_rows, 2)
    group by tables.pair, tables.small_rows, tables.table_rows

),

judged as (

    select
        cells.*,
        coalesce(doubt.fewer, 0) as mature_fewer,
        coalesce(doubt.more, 0) as mature_more,
        bool_or(cells.lead_value <> 'unknown') over (partition by cells.pair) as is_collected,
        sum(cells.people_counted_here) over (partition by cells.pair) as table_people,
        row_number() over (partition by cells.pair order by cells.account_value, cells.lead_value) as cell_number,
        account_values.row_rank <= cuts.hidden_rows as is_in_hidden_row
    from cells
    left join account_values
        on cells.pair = account_values.pair
        and cells.account_value = account_values.account_value
    left join cuts on cells.pair = cuts.pair
    left join doubt
        on cells.pair = doubt.pair
        and cells.account_value = doubt.account_value
        and cells.lead_value = doubt.lead_value

),

-- Where no lead value was collected the cells are the public totals of the accounts.
suppressed as (

    select
        *,
        is_sensitive and is_collected and is_in_hidden_row as is_hidden,
        is_sensitive and is_collected and is_in_hidden_row and table_people < run_parameters.sensitive_cell_minimum as is_nameless
    from judged
    cross join run_parameters

),

shown as (

    select
        pair,
        is_sensitive,
        is_collected,
        is_hidden,
        case when is_nameless then 'suppressed' else account_value end as account_value,
        case when is_nameless then 'suppressed' else lead_value end as lead_value,
        case when is_nameless then 'not_comparable' else match end as match,
        case when not is_hidden then senders end as senders,
        case when not is_hidden then people end as people,
        {%- for count in counts %}
        case when not is_hidden then {{ count }} end as {{ count }},
        {%- endfor %}
        hide_rate_below,
        collecting_below,
        since,
        until,
        as_of
    from suppressed
    where (not is_nameless or cell_number = 1)
        and (mature_sent > 0 or (is_sensitive and is_collected and is_in_hidden_row))

),

rated as (

    select
        *,
        {{ accept_rate_columns() }}
    from shown

),

final as (

    select
        shown.pair,
        shown.account_value,
        coalesce(account_labels.segment_label, shown.account_value) as account_label,
        shown.lead_value,
        coalesce(lead_labels.segment_label, shown.lead_value) as lead_label,
        shown.match,
        shown.is_sensitive,
        shown.is_collected,
        shown.senders,
        shown.people,
        cast(shown.mature_sent as bigint) as mature_sent,
        cast(shown.mature_accepted as bigint) as mature_accepted,
        shown.accept_rate,
        shown.ci_low,
        shown.ci_high,
        shown.accept_rate_low,
        shown.accept_rate_high,
        shown.rate_withheld_because,
        case
            when shown.is_hidden then 'suppressed'
            when shown.mature_sent < shown.collecting_below then 'collecting'
            else 'background'
        end as verdict,
        shown.since,
        shown.until,
        shown.as_of
    from rated as shown
    left join labels as account_labels
        on shown.account_value = account_labels.segment
        and account_labels.dimension = case shown.pair
            {%- for entry in account_lead_pairs() %} when '{{ entry.pair }}' then '{{ entry.account_labels }}'{% endfor %} end
    left join labels as lead_labels
        on shown.lead_value = lead_labels.segment
        and lead_labels.dimension = case shown.pair
            {%- for entry in account_lead_pairs() %} when '{{ entry.pair }}' then '{{ entry.lead_labels }}'{% endfor %} end

)

select * from final
