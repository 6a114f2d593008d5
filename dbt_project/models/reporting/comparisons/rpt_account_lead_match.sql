{#- Cells that describe few people are suppressed by whole rows, that is account values: one hidden cell of a cross could be
    had by subtraction from the public totals of its account value and of its lead value. -#}
{%- set counts = [
    'mature_sent', 'mature_accepted', 'mature_accepted_surely', 'mature_accepted_possibly', 'mature_fewer', 'mature_more',
] -%}

with undecided as (

    {{ mature_requests_by_pair(ref('fnd_period_facts'), 'undecided_mature') }}

),

doubt as (

    {{ undecided_by(['pair', 'account_value', 'lead_value'], 'undecided') }}

),

judged as (

    select
        cells.*,
        coalesce(doubt.fewer, 0) as mature_fewer,
        coalesce(doubt.more, 0) as mature_more,
        bool_or(cells.lead_value <> 'unknown') over (partition by cells.pair) as is_collected,
        sum(cells.people_counted_here) over (partition by cells.pair) as table_people,
        row_number() over (partition by cells.pair order by cells.account_value, cells.lead_value) as cell_number,
        rows_hidden.is_in_hidden_row
    from {{ ref('rpt_account_lead_cells') }} as cells
    left join {{ ref('rpt_account_lead_rows_hidden') }} as rows_hidden
        on cells.pair = rows_hidden.pair
        and cells.account_value = rows_hidden.account_value
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
        is_sensitive
        and is_collected
        and is_in_hidden_row
        and table_people < run_parameters.sensitive_cell_minimum as is_nameless
    from judged
    cross join {{ ref('stg_operations__run_parameters') }} as run_parameters

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

)

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
left join {{ ref('fnd_segments_labeled') }} as account_labels
    on shown.account_value = account_labels.segment
    and account_labels.dimension = case shown.pair
        {%- for entry in account_lead_pairs() %} when '{{ entry.pair }}' then '{{ entry.account_labels }}'{% endfor %} end
left join {{ ref('fnd_segments_labeled') }} as lead_labels
    on shown.lead_value = lead_labels.segment
    and lead_labels.dimension = case shown.pair
        {%- for entry in account_lead_pairs() %} when '{{ entry.pair }}' then '{{ entry.lead_labels }}'{% endfor %} end
