{#- Like is compared with like: both periods are cut to the same number of days from their start, as many as are mature in
    this one, and only mature requests count, with acceptances within the window. So a period that is not over, or too
    young at its end, is not compared with a finished one. -#}
{%- set breakdowns = dimensions() | selectattr('decomposed', 'defined') | list -%}
{%- set stages = ['imported', 'enrolled', 'sent', 'accepted'] -%}

with connections as (

    select * from {{ ref('heyreach_connections') }}

),

leads as (

    select * from {{ ref('heyreach_leads') }}

),

first_pull as (

    select min(started_at) as watched_from
    from {{ ref('stg_operations__pulls') }}
    where resource = 'pull'

),

-- A day of slack: a request of the last days is mature only when its latest bound is.
periods as (

    select
        run_parameters.since,
        run_parameters.as_of,
        run_parameters.collecting_below,
        {{ days_after('run_parameters.since', '-(' ~ days_between('run_parameters.since', 'run_parameters.until') ~ ')') }} as previous_since,
        greatest(least(
            {{ days_between('run_parameters.since', 'run_parameters.until') }},
            {{ days_between('run_parameters.since', 'run_parameters.as_of') }}
            - run_parameters.acceptance_window_days - run_parameters.detection_lag_days - 1
        ), 0) as compared_days
    from {{ ref('stg_operations__run_parameters') }} as run_parameters

),

cut as (

    select
        periods.*,
        {{ days_after('since', 'compared_days') }} as compared_until,
        {{ days_after('previous_since', 'compared_days') }} as previous_until,
        first_pull.watched_from
    from periods
    cross join first_pull

),

requests as (

    select
        {%- for entry in breakdowns %}
        connections.{{ entry.column }},
        {%- endfor %}
        connections.sent_cohort_at >= cut.since as is_now,
        cast(connections.is_accepted_in_window as integer) as accepted
    from connections
    cross join cut
    where connections.is_mature
        and (
            (connections.sent_cohort_at >= cut.since and connections.sent_cohort_at < cut.compared_until)
            or (connections.sent_cohort_at >= cut.previous_since and connections.sent_cohort_at < cut.previous_until)
        )

),

totals as (

    select
        count(*) filter (where not is_now) as sent_before,
        count(*) filter (where is_now) as sent_now,
        coalesce(sum(accepted) filter (where not is_now), 0) as accepted_before,
        coalesce(sum(accepted) filter (where is_now), 0) as accepted_now
    from requests

),

segments as (

    {%- for entry in breakdowns %}
    select
        '{{ entry.name }}' as breakdown,
        coalesce({{ entry.column }}, 'unknown') as segment,
        count(*) filter (where not is_now) as n_before,
        count(*) filter (where is_now) as n_now,
        coalesce(sum(accepted) filter (where not is_now), 0) as x_before,
        coalesce(sum(accepted) filter (where is_now), 0) as x_now
    from requests
    group by coalesce({{ entry.column }}, 'unknown')
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

),

-- Those of whom nobody knows whether they were asked, in the periods they were if so.
undecided as (

    select
        {%- for entry in breakdowns %}
        connections.{{ entry.column }},
        {%- endfor %}
        dated.sent_cohort_at >= cut.since as is_now,
        dated.undecided_group,
        cast(dated.is_sent as integer) as is_counted
    from {{ ref('int_connections_dated') }} as dated
    inner join connections
        on dated.campaign_id = connections.campaign_id
        and dated.campaign_lead_id = connections.campaign_lead_id
    cross join cut
    where dated.is_undecided
        and dated.is_mature
        and dated.is_within_window
        and (
            (dated.sent_cohort_at >= cut.since and dated.sent_cohort_at < cut.compared_until)
            or (dated.sent_cohort_at >= cut.previous_since and dated.sent_cohort_at < cut.previous_until)
        )

),

-- Whether they could move the rates of the segments by more than a point in all.
doubt as (

    select
        coalesce(bool_or(
            case when doubts.is_now then {{ is_rate_in_doubt('totals.accepted_now', 'totals.sent_now', 'doubts.fewer', 'doubts.more') }}
            else {{ is_rate_in_doubt('totals.accepted_before', 'totals.sent_before', 'doubts.fewer', 'doubts.more') }} end
        ), false) as is_in_doubt
    from (
        {%- for entry in breakdowns %}
        select
            is_now,
            sum(fewer) as fewer,
            sum(more) as more
        from ({{ undecided_by([entry.column, 'is_now'], 'undecided') }}) as segments
        group by is_now
        {% if not loop.last %}union all{% endif %}
        {%- endfor %}
    ) as doubts
    cross join totals

),

-- A segment that is new, or gone, has no rate in the other period: it gets the pooled one.
rates as (

    select
        segments.breakdown,
        totals.sent_before,
        totals.sent_now,
        segments.n_before / cast(totals.sent_before as double) as share_before,
        segments.n_now / cast(totals.sent_now as double) as share_now,
        coalesce({{ rate('x_before', 'n_before') }}, {{ rate('accepted_before', 'sent_before') }}) as rate_before,
        coalesce({{ rate('x_now', 'n_now') }}, {{ rate('accepted_now', 'sent_now') }}) as rate_now,
        -- For the interval alone, with one more of either outcome: nobody is certain after a few answers.
        {{ variance_of_rate('case when n_before > 0 then x_before else accepted_before end', 'case when n_before > 0 then n_before else sent_before end') }}
        + {{ variance_of_rate('case when n_now > 0 then x_now else accepted_now end', 'case when n_now > 0 then n_now else sent_now end') }} as variance
    from segments
    cross join totals
    where totals.sent_before > 0 and totals.sent_now > 0

),

crossed as (

    select
        breakdown,
        sent_before,
        sent_now,
        sum(share_before * rate_before) as a_was_was,
        sum(share_now * rate_before) as a_now_was,
        sum(share_before * rate_now) as a_was_now,
        sum(share_now * rate_now) as a_now_now,
        sqrt(sum(power(((2 * sent_before + sent_now) * share_before + (sent_before + 2 * sent_now) * share_now) / 6.0, 2) * variance)) as rate_error
    from rates
    group by breakdown, sent_before, sent_now

),

by_factor as (

    {%- for part in ['volume', 'mix', 'rate'] %}
    select
        breakdown,
        '{{ part }}' as part,
        {{ loop.index }} as part_order,
        'shapley' as method,
        {% if part == 'volume' %}{{ shapley_volume('sent_before', 'sent_now') }}
        {% elif part == 'mix' %}{{ shapley_mix('sent_before', 'sent_now') }}
        {% else %}{{ shapley_rate('sent_before', 'sent_now') }}
        {% endif %} as contribution,
        {{ 'rate_error' if part == 'rate' else 'cast(null as double)' }} as contribution_error
    from crossed
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

),

chain as (

    select
        imported.imported_before,
        imported.imported_now,
        enrolled.enrolled_before,
        enrolled.enrolled_now,
        totals.*
    from totals
    cross join (
        select
            count(*) filter (where leads.imported_at < cut.since) as imported_before,
            count(*) filter (where leads.imported_at >= cut.since) as imported_now
        from leads
        cross join cut
        where leads.is_valid_profile_url
            and (
                (leads.imported_at >= cut.since and leads.imported_at < cut.compared_until)
                or (leads.imported_at >= cut.previous_since and leads.imported_at < cut.previous_until)
            )
    ) as imported
    cross join (
        select
            count(*) filter (where connections.created_at < cut.since) as enrolled_before,
            count(*) filter (where connections.created_at >= cut.since) as enrolled_now
        from connections
        cross join cut
        where (connections.created_at >= cut.since and connections.created_at < cut.compared_until)
            or (connections.created_at >= cut.previous_since and connections.created_at < cut.previous_until)
    ) as enrolled

),

-- Each stage as a multiple of the one before; of nothing out of nothing, the other period's.
ratios as (

    select
        *,
        cast(imported_before as double) as f1_before,
        cast(imported_now as double) as f1_now,
        {%- for stage in stages[1:] %}
        {%- set before = stages[loop.index0] %}
        coalesce({{ rate(stage ~ '_before', before ~ '_before') }}, {{ rate(stage ~ '_now', before ~ '_now') }}, 0) as f{{ loop.index + 1 }}_before,
        coalesce({{ rate(stage ~ '_now', before ~ '_now') }}, {{ rate(stage ~ '_before', before ~ '_before') }}, 0) as f{{ loop.index + 1 }}_now,
        {%- endfor %}
        least(imported_before, imported_now, enrolled_before, enrolled_now, accepted_before, accepted_now) > 0 as is_above_zero
    from chain

),

by_stage as (

    {%- for stage in stages %}
    {%- set factor = 'f' ~ loop.index %}
    {%- set others = ['f1', 'f2', 'f3', 'f4'] | reject('equalto', factor) | list %}
    select
        'stage' as breakdown,
        '{{ stage }}' as part,
        {{ loop.index }} as part_order,
        case when is_above_zero then 'lmdi' else 'shapley' end as method,
        case
            when is_above_zero then {{ lmdi('accepted_before', 'accepted_now', factor ~ '_before', factor ~ '_now') }}
            else {{ shapley_of_four(factor, others) }}
        end as contribution,
        cast(null as double) as contribution_error
    from ratios
    -- More at a stage than nothing at the one before it can't be a multiple of it.
    where abs(f1_before * f2_before * f3_before * f4_before - accepted_before) < 1e-6
        and abs(f1_now * f2_now * f3_now * f4_now - accepted_now) < 1e-6
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

),

contributions as (

    select * from by_factor
    union all
    select * from by_stage

),

-- A row for each part, even where there is nothing to say yet.
parts as (

    {%- for entry in breakdowns %}
    {%- for part, before, now in [('volume', 'sent_before', 'sent_now'), ('mix', 'cast(null as bigint)', 'cast(null as bigint)'), ('rate', 'accepted_before', 'accepted_now')] %}
    select '{{ entry.name }}' as breakdown, '{{ part }}' as part, {{ loop.index }} as part_order, {{ before }} as count_before, {{ now }} as count_now from chain
    union all
    {%- endfor %}
    {%- endfor %}
    {%- for stage in stages %}
    select 'stage' as breakdown, '{{ stage }}' as part, {{ loop.index }} as part_order, {{ stage }}_before as count_before, {{ stage }}_now as count_now from chain
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

),

explained as (

    select
        parts.*,
        contributions.method,
        round(contributions.contribution, 9) as contribution,
        round(contributions.contribution - {{ z_of_significance() }} * contributions.contribution_error, 9) as contribution_low,
        round(contributions.contribution + {{ z_of_significance() }} * contributions.contribution_error, 9) as contribution_high,
        chain.accepted_before,
        chain.accepted_now,
        cut.since,
        cut.compared_until,
        cut.previous_since,
        cut.previous_until,
        cut.compared_days,
        cut.as_of,
        case
            when cut.watched_from is null then 'nothing_pulled'
            when cut.previous_since < cut.watched_from then 'before_first_pull'
            when cut.compared_days = 0 then 'too_young'
            when chain.sent_before < cut.collecting_below or chain.sent_now < cut.collecting_below then 'too_few_requests'
            when doubt.is_in_doubt then 'connected_before'
            when contributions.part is null then 'no_chain'
        end as not_compared_because
    from parts
    cross join chain
    cross join doubt
    cross join cut
    left join contributions on parts.breakdown = contributions.breakdown and parts.part = contributions.part

),

final as (

    select
        breakdown,
        part,
        part_order,
        {%- for column, kind in {'count_before': 'bigint', 'count_now': 'bigint', 'accepted_before': 'bigint', 'accepted_now': 'bigint', 'contribution': 'double', 'contribution_low': 'double', 'contribution_high': 'double', 'method': 'varchar'}.items() %}
        cast(case when not_compared_because is null then {{ column }} end as {{ kind }}) as {{ column }},
        {%- endfor %}
        not_compared_because,
        case
            when not_compared_because is null and part <> 'rate' then 'background'
            -- Significant is an interval that leaves out zero.
            else {{ verdict('(contribution_high < 0 or contribution_low > 0)', 'contribution_high', collecting='not_compared_because is not null') }}
        end as verdict,
        previous_since,
        previous_until,
        since,
        compared_until,
        cast(compared_days as integer) as compared_days,
        as_of
    from explained

)

select * from final
