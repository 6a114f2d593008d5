{#- Each select below is one kind of event. Whatever has no beginning of its own in the data begins on the first day on
    which it was seen. -#}

with run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

accounts as (

    select * from {{ ref('heyreach_accounts') }}

),

cusum as (

    select * from {{ ref('fnd_acceptance_cusum') }}

),

newest_days as (

    select
        dimension,
        segment,
        max(sent_date) as newest_date
    from cusum
    group by dimension, segment

),

acceptance_drops as (

    select
        cusum.dimension,
        cusum.segment,
        min(cusum.sent_date) filter (where cusum.cusum > 0) as since,
        min(cusum.sent_date) filter (where cusum.cusum >= run_parameters.acceptance_alarm_level) as alarmed_on,
        max(cusum.sent_date) as judged_until,
        max(newest_days.newest_date) as newest_date,
        cast(sum(cusum.sent) filter (where cusum.cusum > 0) as bigint) as sent,
        cast(sum(cusum.accepted) filter (where cusum.cusum > 0) as bigint) as accepted,
        sum(cusum.expected) filter (where cusum.cusum > 0) as expected
    from cusum
    inner join newest_days
        on cusum.dimension = newest_days.dimension
        and cusum.segment = newest_days.segment
    cross join run_parameters
    group by cusum.dimension, cusum.segment, cusum.restarts, cusum.excursion
    having max(cusum.cusum) >= max(run_parameters.acceptance_alarm_level)

),

-- The day a low spell began is the first on which five days together were low; requests fell short up to five days before.
volume_spells as (

    select
        dimension,
        segment,
        min(activity_date) filter (where is_low) as since,
        max(activity_date) filter (where is_low) as judged_until,
        max_by(sent_in_five_days, activity_date) filter (where is_low) as sent_in_five_days,
        max_by(usual_in_five_days, activity_date) filter (where is_low) as usual_in_five_days
    from {{ ref('fnd_volume_days') }}
    group by dimension, segment, spell
    having bool_or(is_low)

),

newest_business_days as (

    select
        dimension,
        segment,
        max(activity_date) as newest_date
    from {{ ref('fnd_volume_days') }}
    group by dimension, segment

),

bottlenecks as (

    select * from {{ ref('rpt_bottlenecks') }}

),

blocked as (

    select
        bottlenecks.cause,
        bottlenecks.segment,
        bottlenecks.segment_label,
        bottlenecks.evidence_n,
        bottlenecks.why,
        bottlenecks.what_to_do,
        bottlenecks.rank as bottleneck_rank,
        dated.since
    from bottlenecks
    inner join {{ ref('fnd_sender_causes_dated') }} as dated
        on bottlenecks.segment = dated.account_id
        and bottlenecks.cause = dated.cause
    where bottlenecks.dimension = 'account' and bottlenecks.verdict = 'blocked'

),

complete_pulls as (

    select
        finished_at,
        lag(finished_at) over (order by finished_at) as previous_finished_at
    from {{ ref('stg_operations__pulls') }}
    where resource = 'pull' and is_complete

),

first_pull as (

    select min(finished_at) as finished_at from complete_pulls

),

coverage as (

    select coverage.*
    from {{ ref('rpt_attribution_coverage') }} as coverage
    cross join run_parameters
    cross join first_pull
    where coverage.scope = 'import'
        and coverage.level = 'fail'
        and coverage.enrolled_on >= {{ utc_date('first_pull.finished_at') }}

),

readings as (

    select
        account_id,
        campaign_id,
        event,
        read_at,
        sum(seen_in_statuses) over up_to as seen_in_statuses,
        sum(counted_by_heyreach) over up_to as counted_by_heyreach
    from {{ ref('int_provider_totals_compared') }}
    window up_to as (partition by account_id, campaign_id, event order by read_at, pull_id rows between unbounded preceding and current row)

),

last_readings_that_fit as (

    select
        account_id,
        campaign_id,
        event,
        max(read_at) as read_at
    from readings
    where {{ fits_provider_count('seen_in_statuses', 'counted_by_heyreach') }}
    group by account_id, campaign_id, event

),

reconciliation as (

    select
        reconciliation.account_id,
        reconciliation.campaign_id,
        reconciliation.event,
        max(reconciliation.campaign_name) as campaign_name,
        max(reconciliation.account_label) as account_label,
        max(reconciliation.seen_in_statuses) as seen_in_statuses,
        max(reconciliation.counted_by_heyreach) as counted_by_heyreach,
        min({{ utc_date('readings.read_at') }}) as since
    from {{ ref('rpt_reconciliation') }} as reconciliation
    inner join readings
        on reconciliation.account_id = readings.account_id
        and reconciliation.campaign_id = readings.campaign_id
        and reconciliation.event = readings.event
    left join last_readings_that_fit as fitting
        on reconciliation.account_id = fitting.account_id
        and reconciliation.campaign_id = fitting.campaign_id
        and reconciliation.event = fitting.event
    where not reconciliation.is_within_tolerance
        and (fitting.read_at is null or readings.read_at > fitting.read_at)
    group by reconciliation.account_id, reconciliation.campaign_id, reconciliation.event

),

events as (

    select
        'acceptance_drop' as kind,
        drops.dimension,
        drops.segment,
        coalesce(accounts.label, 'All senders') as segment_label,
        drops.since,
        drops.alarmed_on,
        drops.judged_until,
        drops.judged_until = drops.newest_date as is_open,
        cast(drops.accepted as double) as observed,
        drops.expected,
        drops.sent as evidence_n,
        coalesce(accounts.label, 'All senders together') || ': of ' || {{ printed_count('drops.sent') }} || ' requests sent from ' || drops.since || ' to ' || drops.judged_until || ', '
        || {{ printed_count('drops.accepted') }} || ' were accepted within ' || run_parameters.early_window_days || ' days; ' || round(drops.expected, 1) || ' were expected of the same lists and senders.' as message,
        case drops.dimension
            when 'account' then 'Look at this sender''s profile, note and LinkedIn restrictions since then; other senders of the same lists did not cause it.'
            else 'Look for what changed for all senders: the note, the targeting, HeyReach or LinkedIn.'
        end as what_to_do,
        cast(null as bigint) as bottleneck_rank
    from acceptance_drops as drops
    cross join run_parameters
    left join accounts on drops.dimension = 'account' and drops.segment = accounts.account_id
    union all
    select
        'volume_drop', spells.dimension, spells.segment, coalesce(accounts.label, 'All senders'), spells.since, spells.since, spells.judged_until,
        spells.judged_until = newest_business_days.newest_date,
        spells.sent_in_five_days, spells.usual_in_five_days, spells.sent_in_five_days,
        coalesce(accounts.label, 'All senders together') || ' sent ' || {{ printed_count('spells.sent_in_five_days') }} || ' requests in the five business days up to ' || spells.judged_until || '; '
        || {{ printed_count('cast(round(spells.usual_in_five_days) as bigint)') }} || ' are usual.',
        'See whether leads are waiting, campaigns are running and limits are as they should be.',
        null
    from volume_spells as spells
    inner join newest_business_days
        on spells.dimension = newest_business_days.dimension
        and spells.segment = newest_business_days.segment
    left join accounts on spells.dimension = 'account' and spells.segment = accounts.account_id
    -- A sender that is named as blocked is not named again for sending less.
    left join bottlenecks as blocked
        on spells.dimension = 'account'
        and blocked.dimension = 'account'
        and blocked.verdict = 'blocked'
        and spells.segment = blocked.segment
    where blocked.segment is null or spells.judged_until < newest_business_days.newest_date
    union all
    select
        blocked.cause, 'account', blocked.segment, blocked.segment_label, blocked.since, blocked.since, {{ utc_date('run_parameters.as_of') }}, true, null, null, blocked.evidence_n, blocked.why, blocked.what_to_do, blocked.bottleneck_rank
    from blocked
    cross join run_parameters
    union all
    select
        'coverage_break', 'import', segment, segment_label, enrolled_on, enrolled_on, {{ utc_date('coverage.as_of') }},
        enrolled_on + 30 >= {{ utc_date('coverage.as_of') }},
        complete_leads, leads, leads,
        'Only ' || {{ printed_count('complete_leads') }} || ' of ' || {{ printed_count('leads') }} || ' leads put into ' || segment_label || ' kept their attribution (without ' || missing_fields || ').',
        'Give the file they came from as evidence: make import UPSTREAM=1 FILE=...',
        null
    from coverage
    union all
    select
        'reconciliation_break', 'campaign', campaign_id || '/' || account_id || '/' || event, campaign_name || ', ' || account_label, reconciliation.since, reconciliation.since,
        {{ utc_date('run_parameters.as_of') }}, true, seen_in_statuses, counted_by_heyreach, counted_by_heyreach,
        campaign_name || ', ' || account_label || ': the statuses of leads show ' || {{ printed_count('seen_in_statuses') }} || ' ' || event || ', HeyReach counts ' || {{ printed_count('counted_by_heyreach') }} || '.',
        'Deleted leads explain fewer in the statuses; else its counts can''t be trusted there.',
        null
    from reconciliation
    cross join run_parameters
    union all
    select
        'pull_gap', 'all', 'all', 'Pulls', {{ utc_date('pulls.previous_finished_at') }}, {{ utc_date('pulls.finished_at') }}, {{ utc_date('pulls.finished_at') }},
        {{ days_after('pulls.finished_at', 7) }} >= run_parameters.as_of,
        {{ hours_between('pulls.previous_finished_at', 'pulls.finished_at') }}, run_parameters.pull_gap_hours, null,
        'No complete pull for ' || cast(round({{ hours_between('pulls.previous_finished_at', 'pulls.finished_at') }}) as bigint) || ' hours, from '
        || {{ printed_minute('pulls.previous_finished_at') }} || ' to ' || {{ printed_minute('pulls.finished_at') }} || ' UTC: what happened then is dated no better than that.',
        'See in marts.pipeline_runs why runs failed or did not start.',
        null
    from complete_pulls as pulls
    cross join run_parameters
    where {{ hours_between('pulls.previous_finished_at', 'pulls.finished_at') }} > run_parameters.pull_gap_hours

),

acknowledged as (

    select
        kind,
        dimension,
        segment,
        max(judged_until) as judged_until,
        max(acknowledged_at) as acknowledged_at
    from {{ ref('stg_operations__acknowledgements') }}
    group by kind, dimension, segment

)

select
    md5(events.kind || '|' || events.dimension || '|' || events.segment || '|' || events.since) as anomaly_id,
    events.kind,
    events.dimension,
    events.segment,
    events.segment_label,
    events.since,
    events.alarmed_on,
    events.judged_until,
    events.is_open,
    -- An acknowledgement covers what had begun when it was given, even if its beginning is dated anew since.
    coalesce(events.since <= acknowledged.judged_until, false) as is_acknowledged,
    case when events.since <= acknowledged.judged_until then acknowledged.acknowledged_at end as acknowledged_at,
    round(cast(events.observed as double), 6) as observed,
    round(cast(events.expected as double), 6) as expected,
    cast(events.evidence_n as bigint) as evidence_n,
    events.message,
    events.what_to_do,
    events.bottleneck_rank,
    run_parameters.as_of
from events
cross join run_parameters
left join acknowledged
    on events.kind = acknowledged.kind
    and events.dimension = acknowledged.dimension
    and events.segment = acknowledged.segment
