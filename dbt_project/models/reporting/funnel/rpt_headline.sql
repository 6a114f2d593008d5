{#- The figures of the first page, for the period, for the one it is compared with, and for the weeks up to its end: counted by
    one rule, so that they can stand side by side. What can't be compared has no figures, and a reason. -#}
{%- set weeks_shown = 8 -%}
{%- set shown = {
    'leads_imported': 'bigint', 'sent': 'bigint', 'accepted': 'bigint', 'mature_sent': 'bigint', 'mature_accepted': 'bigint',
    'accept_rate': 'double', 'ci_low': 'double', 'ci_high': 'double', 'accept_rate_low': 'double', 'accept_rate_high': 'double',
    'rate_withheld_because': 'varchar',
} -%}

with periods as (

    select * from {{ ref('rpt_periods_compared') }}

),

-- Counts end where both periods have lasted as long; rates of mature requests can be compared whatever their number.
spans as (

    select 'period' as span, since, counted_until, until, cast(null as varchar) as not_compared_because
    from periods
    union all
    select
        'before',
        previous_since,
        previous_counted_until,
        before_until,
        case
            when watched_from is null then 'nothing_pulled'
            when previous_since < watched_from then 'before_first_pull'
            when counted_until <= since then 'too_young'
        end
    from periods
    union all
    select 'week', since, until, until, null
    from (
        select
            {{ days_after(utc_midnight(utc_week('least(until, as_of)')), '-7 * weeks_ago') }} as since,
            {{ days_after(utc_midnight(utc_week('least(until, as_of)')), '7 - 7 * weeks_ago') }} as until,
            watched_from
        from periods
        cross join (select unnest(range(1, {{ weeks_shown + 1 }})) as weeks_ago) as weeks
    ) as whole_weeks
    where since >= watched_from

),

connections as (

    select * from {{ ref('heyreach_connections') }}

),

-- An event lies in a span when its estimate does; without an estimate, when both its bounds do.
events as (

    select
        'sent' as event,
        coalesce(sent_cohort_at, sent_cohort_earliest) as earliest,
        coalesce(sent_cohort_at, sent_cohort_latest) as latest,
        is_mature,
        is_mature and is_accepted_in_window as is_accepted,
        is_mature and is_surely_accepted_in_window as is_surely_accepted,
        is_mature and is_possibly_accepted_in_window as is_possibly_accepted
    from connections
    where is_sent
    union all
    select
        'accepted',
        coalesce(connection_accepted_at, connection_accepted_earliest),
        coalesce(connection_accepted_at, connection_accepted_latest),
        false, false, false, false
    from connections
    where is_accepted
    union all
    select 'imported', imported_at, imported_at, false, false, false, false
    from {{ ref('heyreach_leads') }}
    where is_valid_profile_url

),

counted as (

    select
        spans.span,
        spans.since,
        count(*) filter (where events.event = 'imported' and events.latest < spans.counted_until) as leads_imported,
        count(*) filter (where events.event = 'sent' and events.latest < spans.counted_until) as sent,
        count(*) filter (where events.event = 'accepted' and events.latest < spans.counted_until) as accepted,
        count(*) filter (where events.is_mature) as mature_sent,
        count(*) filter (where events.is_accepted) as mature_accepted,
        count(*) filter (where events.is_surely_accepted) as mature_accepted_surely,
        count(*) filter (where events.is_possibly_accepted) as mature_accepted_possibly
    from spans
    inner join events on events.earliest >= spans.since and events.latest < spans.until
    group by spans.span, spans.since

),

-- Those of whom nobody knows whether they were asked, where they are if they were.
undecided as (

    select
        spans.span,
        spans.since,
        dated.undecided_group,
        cast(dated.is_sent as integer) as is_counted
    from spans
    inner join {{ ref('int_connections_dated') }} as dated
        on dated.sent_cohort_at >= spans.since and dated.sent_cohort_at < spans.until
    where dated.is_undecided and dated.is_mature and dated.is_within_window

),

doubted as (

    select
        spans.*,
        {%- for count in ['leads_imported', 'sent', 'accepted', 'mature_sent', 'mature_accepted', 'mature_accepted_surely',
            'mature_accepted_possibly'] %}
        coalesce(counted.{{ count }}, 0) as {{ count }},
        {%- endfor %}
        coalesce(doubt.fewer, 0) as mature_fewer,
        coalesce(doubt.more, 0) as mature_more
    from spans
    left join counted on spans.span = counted.span and spans.since = counted.since
    left join ({{ undecided_by(['span', 'since'], 'undecided') }}) as doubt
        on spans.span = doubt.span and spans.since = doubt.since

),

rated as (

    select
        doubted.*,
        {{ accept_rate_columns() }},
        run_parameters.as_of
    from doubted
    cross join {{ ref('stg_operations__run_parameters') }} as run_parameters

)

select
    span,
    since,
    until,
    counted_until,
    {%- for column, kind in shown.items() %}
    cast(case when not_compared_because is null then {{ column }} end as {{ kind }}) as {{ column }},
    {%- endfor %}
    not_compared_because,
    as_of
from rated
