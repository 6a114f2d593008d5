{#- Each select below is one kind of line; a line without anything to say doesn't appear. -#}

with run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

accounts as (

    select * from {{ ref('rpt_account_performance') }}

),

summary as (

    select * from {{ ref('rpt_summary') }}

),

undeclared_fields as (

    select
        fields.resource || '.' || fields.field as field
    from {{ ref('stg_heyreach__payload_fields') }} as fields
    left join {{ ref('heyreach_api_fields') }} as declared
        on fields.resource = declared.resource
        and fields.field = declared.field
    where declared.field is null
    group by fields.resource, fields.field

),

incomplete_scopes as (

    select
        pulls.resource || coalesce(' ' || nullif(pulls.scope_id, ''), '') as scope,
        pulls.resource,
        pulls.scope_id,
        pulls.is_needed,
        pulls.note
    from {{ ref('stg_operations__pulls') }} as pulls
    where pulls.pull_id = (
        select arg_max(newest.pull_id, newest.pull_number)
        from {{ ref('stg_operations__pulls') }} as newest
        where newest.resource = 'pull'
    )
    and pulls.resource <> 'pull'
    and not pulls.is_complete

),

incomplete_additions as (

    select
        resource,
        count(*) as scopes,
        min(scope_id) as first_scope,
        {{ first_by('note', 'scope_id') }} as reason
    from incomplete_scopes
    where not is_needed
    group by resource

),

thin_attribution as (

    select
        cast(sum(incomplete_leads) as bigint) as incomplete_leads,
        string_agg(
            segment_label || ' (' || {{ printed_count('incomplete_leads') }} || ' of ' || {{ printed_count('leads') }} || ' leads without ' || missing_fields || ')',
            '; ' order by rank_in_level
        ) filter (where rank_in_level <= 5)
        || case when count(*) > 5 then '; and ' || {{ printed_count('count(*) - 5') }} || ' more in marts.rpt_attribution_breaks' else '' end as places
    from {{ ref('rpt_attribution_breaks') }}
    where level = 'warn'

),

respelled_fields as (

    select
        respelled_field,
        expected_field,
        count(*) as leads
    from {{ ref('fnd_lead_fields_respelled') }}
    group by respelled_field, expected_field

),

webhook_problems as (

    select
        problem,
        count(*) as events,
        min(
            file_name || ': timestamp ' || coalesce('"' || left(happened_at_text, 60) || '"', 'none') || ', campaign ' || coalesce('"' || left(campaign_id, 60) || '"', 'none')
        ) as example,
        (select count(*) from {{ ref('int_webhook_events_matched') }}) as all_events
    from {{ ref('int_webhook_events_matched') }}
    where problem is not null
    group by problem

),

unknown_webhook_types as (

    select
        coalesce(event_type, 'none') as event_type,
        count(*) as events
    from {{ ref('stg_heyreach__webhook_events') }}
    where event_type is null or event_type not in ('{{ webhook_event_types() | join("', '") }}')
    group by event_type

),

import_progress as (

    select
        import_leads.import_id,
        count(*) filter (where import_leads.state in ('planned', 'sending', 'unknown', 'answered')) as unfinished
    from {{ ref('heyreach_import_leads') }} as import_leads
    group by import_leads.import_id

),

unreadable_lists as (

    select
        pulls.scope_id as list_id,
        max(lists.list_name) as list_name
    from {{ ref('stg_operations__pulls') }} as pulls
    left join {{ ref('stg_heyreach__lists') }} as lists on pulls.scope_id = lists.list_id
    where pulls.resource in ('list_leads', 'list_companies')
        and pulls.outcome = 'gone'
        and pulls.pull_id = (
            select arg_max(newest.pull_id, newest.finished_at)
            from {{ ref('stg_operations__pulls') }} as newest
            where newest.resource = 'pull' and newest.kind = 'full'
        )
    group by pulls.scope_id

),

runs as (

    select * from {{ ref('pipeline_runs') }}

),

last_success as (

    select
        max(runs.started_at) as started_at,
        max(runs.finished_at) as finished_at,
        arg_max(runs.job, runs.started_at) as job
    from runs
    where runs.outcome = 'succeeded' and runs.published_at is not null

),

runs_since as (

    select
        count(*) as unsuccessful,
        string_agg(
            runs.job || ' of ' || {{ printed_minute('runs.started_at') }} || ' '
            || runs.outcome || coalesce(' in ' || runs.failed_step, '') || coalesce(' (' || left(runs.error, 200) || ')', ''),
            '; ' order by runs.started_at desc
        ) as what
    from runs
    cross join last_success
    where runs.outcome in ('failed', 'killed', 'stopped')
        and (last_success.started_at is null or runs.started_at > last_success.started_at)

),

last_extract as (

    select
        max(extracted_at) as extracted_at,
        count(*) filter (where outcome = 'published') as published
    from runs

),

pull_ends as (

    select
        finished_at,
        lag(finished_at) over (order by finished_at) as previous_finished_at
    from {{ ref('stg_operations__pulls') }}
    where resource = 'pull' and is_complete

),

-- A night without a complete pull leaves more than a day and a half between two.
missed_nights as (

    select
        pull_ends.previous_finished_at,
        pull_ends.finished_at,
        cast({{ hours_between(utc_midnight(utc_date('pull_ends.previous_finished_at')), utc_midnight(utc_date('pull_ends.finished_at'))) }} / 24 - 1 as bigint) as nights
    from pull_ends
    cross join run_parameters
    where {{ hours_between('pull_ends.previous_finished_at', 'pull_ends.finished_at') }} > 36
        and pull_ends.finished_at >= run_parameters.since

),

last_tries as (

    select
        alert_events.notice_id,
        alert_events.channel,
        arg_max(alert_events.event, alert_events.event_number) as event,
        arg_max(alert_events.error, alert_events.event_number) as error,
        max(alert_events.happened_at) as happened_at
    from {{ ref('stg_operations__alert_events') }} as alert_events
    where alert_events.channel is not null
    group by alert_events.notice_id, alert_events.channel

),

lines as (

    select 'note' as severity, 'senders_unable' as topic, count(*) as affected,
        'Senders that can''t send, with nobody waiting for them in a running campaign: '
        || string_agg(label || case when not is_listed then ' (gone)' when is_auth_valid = false then ' (logged out)' else ' (in cooldown)' end, ', ' order by label) || '.' as message
    from accounts
    where not can_send
        and (is_active or sent > 0)
        and queued_running = 0
        and configuration_status <> 'configured_not_listed'
    having count(*) > 0
    union all
    select 'note', 'alerts_undelivered', count(*),
        {{ printed_count('count(*)') }} || ' messages could not be delivered: ' || string_agg(distinct last_tries.error, '; ') || '. Check the alert settings in .env; they are tried again for a week.'
    from last_tries
    cross join run_parameters
    where last_tries.event = 'failed'
        and {{ days_after('last_tries.happened_at', 8) }} >= run_parameters.requested_at
    having count(*) > 0
    union all
    select 'blind', 'stale', cast({{ hours_between('last_extract.extracted_at', 'run_parameters.requested_at') }} as bigint),
        'These figures are old: the last pull that came in ended ' || {{ printed_minute('last_extract.extracted_at') }} || ' UTC, and this report was asked for ' || {{ printed_minute('run_parameters.requested_at') }} || '. See marts.pipeline_runs; make run catches up.'
    from last_extract
    cross join run_parameters
    -- The demo's world stands still.
    where not run_parameters.is_demo
        and {{ hours_between('last_extract.extracted_at', 'run_parameters.requested_at') }} > 26
    union all
    -- A report that no run of its own stands behind follows a failed one.
    select case when runs_since.unsuccessful > 0 and last_extract.published = 0 then 'blind' else 'note' end, 'runs', runs_since.unsuccessful,
        coalesce(
            'The last run that succeeded before this one ended ' || {{ printed_minute('last_success.finished_at') }} || ' UTC (' || last_success.job || ').',
            'No run has succeeded before this one.'
        ) || coalesce(' Since then: ' || runs_since.what || '.', '')
    from runs_since
    cross join last_success
    cross join last_extract
    where runs_since.unsuccessful > 0 or last_success.started_at is not null
    union all
    select 'note', 'nights_missed', cast(sum(nights) as bigint),
        'Nights without a complete pull: ' || string_agg(
            cast(nights as {{ dbt.type_string() }}) || ' between ' || {{ printed_minute('previous_finished_at') }} || ' and ' || {{ printed_minute('finished_at') }} || ' UTC',
            '; ' order by finished_at
        ) || '. What happened in between is dated no closer than that.'
    from missed_nights
    where nights > 0
    having count(*) > 0
    union all
    select 'blind', 'acceptance_alarm_blind', alarm.requests - alarm.judged,
        'A sudden drop of acceptance would not be noticed: of ' || {{ printed_count('alarm.requests') }} || ' requests sent from ' || alarm.since || ' to ' || alarm.until
        || ', ' || {{ printed_count('alarm.judged') }} || ' were followed closely enough. Pulls came every ' || cast(round(alarm.hours_between_pulls) as bigint)
        || ' h; the alarm needs one at least every ' || (24 * run_parameters.dating_resolution_days) || ' h. Pull daily: make schedule.'
    from {{ ref('fnd_acceptance_alarm_reach') }} as alarm
    cross join run_parameters
    where alarm.is_blind
    union all
    select 'blind', 'pull_incomplete', count(*),
        'The newest pull is incomplete: ' || string_agg(scope, ', ' order by scope) || '. Counts may be short; run again.'
    from incomplete_scopes
    where is_needed
    having count(*) > 0
    union all
    select 'note', 'additions_incomplete', cast(sum(scopes) as bigint),
        'Parts of the newest pull that only add to it could not be read; no count of requests rests on them: ' || string_agg(
            resource || case when scopes > 1 then ' (' || {{ printed_count('scopes') }} || ')' else coalesce(' ' || nullif(first_scope, ''), '') end || coalesce(': ' || left(reason, 200), ''),
            '; ' order by resource
        ) || '. The next pull that reads them asks again.'
    from incomplete_additions
    having count(*) > 0
    union all
    select 'note', 'attribution_thin', incomplete_leads,
        'Some leads came without complete attribution: ' || places || '.'
    from thin_attribution
    where incomplete_leads is not null
    union all
    select 'note', 'custom_fields_respelled', cast(sum(leads) as bigint),
        'Custom fields whose name isn''t the one that is read carry values: '
        || string_agg(respelled_field || ' (expected ' || expected_field || '; ' || {{ printed_count('leads') }} || ' leads)', ', ' order by leads desc, respelled_field)
        || '. Their values are in no breakdown: give the fields the expected names, in the file or tool that fills the lists.'
    from respelled_fields
    having count(*) > 0
    union all
    select case level when 'fail' then 'blind' else 'note' end, 'attribution_coverage', leads - complete_leads,
        'Only ' || round(100 * coverage, 1) || ' % of leads in campaigns carry complete attribution (' || replace(run_parameters.required_attribution_fields, ',', ', ') || '); the breakdowns stand on them.'
    from {{ ref('rpt_attribution_coverage') }}
    cross join run_parameters
    where scope = 'all' and level in ('warn', 'fail')
    union all
    select 'blind', 'reconciliation', count(*),
        'Counts from the statuses of leads don''t fit HeyReach''s own, even without those who were connected before: '
        || string_agg(
            campaign_name || ', ' || account_label || ' (' || {{ printed_count('seen_in_statuses') }} || ' ' || event || ' against ' || {{ printed_count('counted_by_heyreach') }} || ')',
            '; ' order by abs(gap) desc, campaign_name, account_label, event
        ) || '. Leads deleted in HeyReach explain fewer; more means that its counts can''t be trusted.'
    from {{ ref('rpt_reconciliation') }}
    where not is_within_tolerance
    having count(*) > 0
    union all
    select 'blind', 'clock', contradictions,
        'HeyReach''s clock contradicts the times in its own rows ' || {{ printed_count('contradictions') }} || ' times: a row''s action of ' || {{ printed_minute('example_row_time') }}
        || ' UTC and a read at ' || {{ printed_minute('example_read_time') }} || ' UTC by its clock can''t both be right. When things happened is only known to within what the clock is off, at least '
        || cast(ceil(greatest(seconds_ahead, seconds_behind) / 60.0) as bigint) || ' minutes; bounds are wider by that. Tell HeyReach, or whoever runs the server in between.'
    from {{ ref('int_clock_checked') }}
    where contradictions > 0
    union all
    select 'note', 'connected_before', summary.already_connected,
        {{ printed_count('summary.already_connected') }} || ' leads were connections of their sender before a request could be made; they are in no rate and no count of requests.'
        || case
            when summary.undecided > 0
                then ' Of ' || {{ printed_count('summary.undecided') }} || ' leads that HeyReach first showed as accepted nobody can tell one by one who was asked'
                || case
                    when summary.sent_to_date_low < summary.sent_to_date_high
                        then ', and its counts don''t say how many of ' || {{ printed_count('summary.sent_to_date_high - summary.sent_to_date_low') }} || '.'
                    else '; its counts say how many, so totals and rates of senders and campaigns are exact.'
                end
                || ' Where they could move a rate by more than a point, it is withheld. More pulls a day, or webhooks, make them fewer.'
            else ''
        end
    from summary
    where summary.already_connected > 0 or summary.undecided > 0
    union all
    select 'note', 'people_erased', cast(sum(requests) as bigint),
        'People were erased on request. ' || {{ printed_count('sum(requests)') }} || ' of their requests and acceptances are in no count here; HeyReach''s own counts include them, and the comparison allows for it.'
    from {{ ref('int_erased_requests') }}
    where requests > 0
    having count(*) > 0
    union all
    select 'note', 'reconciliation_by_day', count(*),
        'HeyReach''s daily counts contradict the days on which leads changed: '
        || string_agg(
            campaign_name || ', ' || account_label || ' (' || event || ', ' || {{ printed_count('days_apart') }} || ' of ' || {{ printed_count('days_compared') }} || ' days)',
            '; ' order by days_apart desc, campaign_name, account_label, event
        ) || '. They date no event there, and volume per day and idle days may be off by a day.'
    from {{ ref('rpt_reconciliation') }}
    where is_within_tolerance and days_apart > 0
    having count(*) > 0
    union all
    select 'note', 'status_gone_back', count(*),
        {{ printed_count('count(*)') }} || ' campaign leads went back from sent or accepted, which nothing HeyReach documents does; they count as first seen.'
    from {{ ref('heyreach_connections') }}
    where has_gone_back
    having count(*) > 0
    union all
    select 'note', 'requests_out_of_sight', count(*),
        {{ printed_count('count(*)') }} || ' requests disappeared from HeyReach while they were open, before they were old enough to judge (deleted leads); they count as sent, and are in no rate. No segment is called lower where they could turn it.'
    from {{ ref('heyreach_connections') }}
    where is_out_of_sight
    having count(*) > 0
    union all
    select 'note', 'windows_unwatched', count(*),
        {{ printed_count('count(*)') }} || ' requests are in no rate because nobody pulled for more than ' || max(run_parameters.dating_resolution_days) || ' days around the end of their window of ' || max(run_parameters.acceptance_window_days) || ' days: whether they were accepted in time can''t be known.'
    from {{ ref('heyreach_connections') }} as connections
    cross join run_parameters
    where connections.is_window_end_unwatched
    having count(*) > 0
    union all
    select 'note', 'imports_unfinished', cast(sum(unfinished) as bigint),
        'Imports that were not finished: ' || string_agg(import_id || ' (' || {{ printed_count('unfinished') }} || ' leads)', ', ' order by import_id) || '. Go on: make import RESUME=' || min(import_id) || ' APPLY=1'
    from import_progress
    where unfinished > 0
    having count(*) > 0
    union all
    select 'note', 'source_conflicts', conflicting_leads,
        {{ printed_count('conflicting_leads') }} || ' of ' || {{ printed_count('leads') }} || ' leads in campaigns are given different sources by different lists or imports; each counts under that of its campaign''s list.'
    from {{ ref('rpt_attribution_coverage') }}
    where scope = 'all' and conflicting_leads > 0
    union all
    select case max(overall.level) when 'fail' then 'blind' else 'note' end, 'account_metadata', cast(sum(each_account.sent) as bigint),
        'Only ' || round(100 * max(overall.sent_coverage), 1) || ' % of requests were sent by accounts that the account file describes whole, and the breakdowns by account stand on that: '
        || string_agg(each_account.segment_label || ' lacks ' || each_account.missing_fields, '; ' order by each_account.sent desc, each_account.segment_label) || '.'
    from {{ ref('rpt_attribution_coverage') }} as overall
    inner join {{ ref('rpt_attribution_coverage') }} as each_account
        on each_account.scope = 'account' and each_account.missing_fields is not null and each_account.sent > 0
    -- Accounts that the file doesn't know at all have a line of their own.
    inner join accounts
        on each_account.segment = accounts.account_id and accounts.configuration_status not in ('unmapped', 'inferred')
    where overall.scope = 'accounts' and overall.level in ('warn', 'fail')
    having count(*) > 0
    union all
    select 'note', 'requests_undated', summary.sent_undated,
        {{ printed_count('summary.sent_undated') }} || ' of ' || {{ printed_count('summary.sent_to_date') }} || ' requests can''t be dated: they were already sent when first seen, or between two pulls far apart. They show as accepted to date, and in no rate.'
    from summary
    where summary.sent_undated > 0
    union all
    select case when bool_or(metadata.level = 'fail') then 'blind' else 'note' end, 'accounts_unmapped', count(*),
        'HeyReach senders that the account file doesn''t describe: ' || string_agg(label || ' (' || account_id || ')', ', ' order by label, account_id) || '. Add them, so that they count under their type.'
    from accounts
    left join {{ ref('rpt_attribution_coverage') }} as metadata on metadata.scope = 'accounts'
    where configuration_status in ('unmapped', 'inferred')
    having count(*) > 0
    union all
    select 'note', 'accounts_not_listed', count(*),
        'Senders in the account file that HeyReach doesn''t list: ' || string_agg(label || ' (' || account_id || ')', ', ' order by label, account_id) || '. Check their ids.'
    from accounts
    where configuration_status = 'configured_not_listed'
    having count(*) > 0
    union all
    select case when summary.invalid_profile_urls * 2 >= summary.people_known then 'blind' else 'note' end,
        'invalid_profile_urls', summary.invalid_profile_urls,
        {{ printed_count('summary.invalid_profile_urls') }} || ' of ' || {{ printed_count('summary.people_known') }} || ' leads have no usable LinkedIn profile URL; they are counted, but can''t be joined to anything.'
    from summary
    where summary.invalid_profile_urls > 0
    union all
    select 'blind', 'daily_counts_missing', count(*),
        'HeyReach gave no daily counts for ' || string_agg(label, ', ' order by label) || ': their volume per day, idle days and days at the limit are unknown.'
    from accounts
    where days_without_counts > 0 and sent_to_date > 0
    having count(*) > 0
    union all
    select 'note', 'lists_unreadable', count(*),
        'Lists that HeyReach no longer hands out: ' || string_agg(coalesce(list_name, 'list ' || list_id), ', ' order by list_id) || '. Their leads keep the attribution last seen.'
    from unreadable_lists
    having count(*) > 0
    union all
    select 'note', 'new_api_fields', count(*),
        'HeyReach sends fields this project doesn''t know yet (kept in the raw data): ' || string_agg(field, ', ' order by field) || '.'
    from undeclared_fields
    having count(*) > 0
    union all
    select 'note', 'statuses_unknown', cast(sum(row_count) as bigint),
        'HeyReach sends statuses this project doesn''t know (kept in the raw data): '
        || string_agg(resource || '.' || field || ' ' || left(status, 60) || ' (' || {{ printed_count('row_count') }} || ')', ', ' order by row_count desc, resource, field, status)
        || '. By itself such a status stands for no request, and such a campaign for one that doesn''t send. Add what each means: dbt_project/seeds/' || string_agg(distinct seed || '.csv', ', ' order by seed || '.csv') || '.'
    from {{ ref('fnd_statuses_unknown') }}
    having count(*) > 0
    union all
    select 'note', 'webhook_events_unused', cast(sum(events) as bigint),
        {{ printed_count('cast(sum(events) as bigint)') }} || ' of ' || {{ printed_count('max(all_events)') }} || ' connection events from webhooks name no campaign, lead or time that is known here, and date nothing: '
        || string_agg(problem || ' (' || {{ printed_count('events') }} || '; for example in webhooks/' || example || ')', ', ' order by events desc, problem)
        || '. Expected is {"event_type": "CONNECTION_REQUEST_SENT", "timestamp": "2026-01-05T09:00:00Z", "campaign": {"id": 1}, "lead": {"profile_url": "https://www.linkedin.com/in/..."}}.'
    from webhook_problems
    having count(*) > 0
    union all
    select 'note', 'webhook_types_unknown', cast(sum(events) as bigint),
        'Webhook events whose type isn''t known: ' || string_agg(left(event_type, 60) || ' (' || {{ printed_count('events') }} || ')', ', ' order by events desc, event_type) || '. They are kept, and nothing is read from them.'
    from unknown_webhook_types
    having count(*) > 0
    union all
    select 'blind', 'payload_problems', count(*),
        'HeyReach answers in a form that can''t be read here, and what rests on it is missing: '
        || string_agg(resource || '.' || field || ' (' || problem || ')', '; ' order by resource, field, problem)
        || '. Every other figure stands.'
    from {{ ref('fnd_payload_problems') }}
    having count(*) > 0
    union all
    select 'note', 'rows_set_aside', count(*),
        count(*) || ' rows could not be stored and were set aside: ' || string_agg(distinct resource || ' (' || reason || ')', ', ') || '. See staging.stg_operations__quarantined_rows.'
    from {{ ref('stg_operations__quarantined_rows') }}
    having count(*) > 0

)

select
    row_number() over (
        order by case lines.severity when 'blind' then 1 when 'blocked' then 2 else 3 end, lines.topic
    ) as line_number,
    lines.severity,
    lines.topic,
    cast(lines.affected as bigint) as affected,
    lines.message,
    run_parameters.as_of
from lines
cross join run_parameters
