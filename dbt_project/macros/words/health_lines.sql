{#- What a line of rpt_health says, by topic: how grave it is (`severity`; none where the model says it) and in which words,
    as `sentence` reads them. A line that lists things says each of them as `each`, and all of them as {all}. -#}
{% macro health_lines() -%}
    {%- set who_was_asked = ' leads that HeyReach first showed as accepted nobody can tell one by one who was asked' -%}
    {%- set withheld = ' Where they could move a rate by more than a point, it is withheld. More pulls a day, or webhooks,'
        ~ ' make them fewer.' -%}
    {{ return({
        'acceptance_alarm_blind': {
            'severity': 'blind',
            'says': 'A sudden drop of acceptance would not be noticed: of {requests:count} requests sent from {since} to'
                ~ ' {until}, {judged:count} were followed closely enough. Pulls came every {hours:whole} h; the alarm'
                ~ ' needs one at least every {needed_hours} h. Pull daily: make schedule.',
        },
        'account_metadata': {
            'says': 'Only {coverage:percent} % of requests were sent by accounts that the account file describes whole,'
                ~ ' and the breakdowns by account stand on that: {all}.',
            'each': '{sender} lacks {fields}',
        },
        'accounts_not_listed': {
            'severity': 'note',
            'says': "Senders in the account file that HeyReach doesn't list: {all}. Check their ids.",
            'each': '{sender} ({id})',
        },
        'accounts_unmapped': {
            'says': "HeyReach senders that the account file doesn't describe: {all}. Add them, so that they count under"
                ~ " their type.",
            'each': '{sender} ({id})',
        },
        'additions_incomplete': {
            'severity': 'note',
            'says': 'Parts of the newest pull that only add to it could not be read; no count of requests rests on them:'
                ~ ' {all}. The next pull that reads them asks again.',
            'each': '{resource}[ ({scopes:count})][ {scope}][: {reason}]',
        },
        'alerts_undelivered': {
            'severity': 'note',
            'says': '{messages:count} messages could not be delivered: {errors}. Check the alert settings in .env; they'
                ~ ' are tried again for a week.',
        },
        'attribution_coverage': {
            'says': 'Only {coverage:percent} % of leads in campaigns carry complete attribution ({fields}); the breakdowns'
                ~ ' stand on them.',
        },
        'attribution_thin': {
            'severity': 'note',
            'says': 'Some leads came without complete attribution: {all}[; and {more:count} more in'
                ~ ' marts.rpt_attribution_breaks].',
            'each': '{place} ({incomplete:count} of {leads:count} leads without {fields})',
        },
        'clock': {
            'severity': 'blind',
            'says': "HeyReach's clock contradicts the times in its own rows {times:count} times: a row's action of"
                ~ " {row_time:minute} UTC and a read at {read_time:minute} UTC by its clock can't both be right. When"
                ~ " things happened is only known to within what the clock is off, at least {minutes} minutes; bounds are"
                ~ " wider by that. Tell HeyReach, or whoever runs the server in between.",
        },
        'connected_before': {
            'severity': 'note',
            'says': '{leads:count} leads were connections of their sender before a request could be made; they are in no rate'
                ~ ' and no count of requests.'
                ~ '[ Of {undecided:count}' ~ who_was_asked
                ~ ", and its counts don't say how many of {uncertain:count}." ~ withheld ~ ']'
                ~ '[ Of {counted:count}' ~ who_was_asked
                ~ '; its counts say how many, so totals and rates of senders and campaigns are exact.' ~ withheld ~ ']',
        },
        'custom_fields_respelled': {
            'severity': 'note',
            'says': "Custom fields whose name isn't the one that is read carry values: {all}. Their values are in no"
                ~ " breakdown: give the fields the expected names, in the file or tool that fills the lists.",
            'each': '{field} (expected {expected}; {leads:count} leads)',
        },
        'daily_counts_missing': {
            'severity': 'blind',
            'says': 'HeyReach gave no daily counts for {all}: their volume per day, idle days and days at the limit are'
                ~ ' unknown.',
            'each': '{sender}',
        },
        'imports_unfinished': {
            'severity': 'note',
            'says': 'Imports that were not finished: {all}. Go on: make import RESUME={first} APPLY=1',
            'each': '{import} ({leads:count} leads)',
        },
        'invalid_profile_urls': {
            'says': "{invalid:count} of {leads:count} leads have no usable LinkedIn profile URL; they are counted, but"
                ~ " can't be joined to anything.",
        },
        'lists_unreadable': {
            'severity': 'note',
            'says': 'Lists that HeyReach no longer hands out: {all}. Their leads keep the attribution last seen.',
            'each': '{list}',
        },
        'new_api_fields': {
            'severity': 'note',
            'says': "HeyReach sends fields this project doesn't know yet (kept in the raw data): {all}.",
            'each': '{field}',
        },
        'nights_missed': {
            'severity': 'note',
            'says': 'Nights without a complete pull: {all}. What happened in between is dated no closer than that.',
            'each': '{nights} between {from:minute} and {to:minute} UTC',
        },
        'payload_problems': {
            'severity': 'blind',
            'says': "HeyReach answers in a form that can't be read here, and what rests on it is missing: {all}. Every"
                ~ " other figure stands.",
            'each': '{field} ({problem})',
        },
        'people_erased': {
            'severity': 'note',
            'says': "People were erased on request. {requests:count} of their requests and acceptances are in no count"
                ~ " here; HeyReach's own counts include them, and the comparison allows for it.",
        },
        'pull_incomplete': {
            'severity': 'blind',
            'says': 'The newest pull is incomplete: {all}. Counts may be short; run again.',
            'each': '{resource}[ {scope}]',
        },
        'reconciliation': {
            'severity': 'blind',
            'says': "Counts from the statuses of leads don't fit HeyReach's own, even without those who were connected"
                ~ " before: {all}. Leads deleted in HeyReach explain fewer; more means that its counts can't be trusted.",
            'each': '{campaign}, {sender} ({seen:count} {event} against {counted:count})',
        },
        'reconciliation_by_day': {
            'severity': 'note',
            'says': "HeyReach's daily counts contradict the days on which leads changed: {all}. They date no event there,"
                ~ " and volume per day and idle days may be off by a day.",
            'each': '{campaign}, {sender} ({event}, {days_apart:count} of {days:count} days)',
        },
        'requests_out_of_sight': {
            'severity': 'note',
            'says': '{requests:count} requests disappeared from HeyReach while they were open, before they were old enough'
                ~ ' to judge (deleted leads); they count as sent, and are in no rate. No segment is called lower where'
                ~ ' they could turn it.',
        },
        'requests_undated': {
            'severity': 'note',
            'says': "{undated:count} of {requests:count} requests can't be dated: they were already sent when first seen,"
                ~ " or between two pulls far apart. They show as accepted to date, and in no rate.",
        },
        'rows_set_aside': {
            'severity': 'note',
            'says': '{rows} rows could not be stored and were set aside: {all}. See'
                ~ ' staging.stg_operations__quarantined_rows.',
            'each': '{resource} ({reason})',
        },
        'runs': {
            'says': '[The last run that succeeded before this one ended {ended:minute} UTC ({job}).|No run has succeeded'
                ~ ' before this one.][ Since then: {failures}.]',
            'each': '{job} of {started:minute} {outcome}[ in {step}][ ({error})]',
        },
        'senders_unable': {
            'severity': 'note',
            'says': "Senders that can't send, with nobody waiting for them in a running campaign: {all}.",
            'each': '{sender} ({state})',
        },
        'source_conflicts': {
            'severity': 'note',
            'says': "{conflicting:count} of {leads:count} leads in campaigns are given different sources by different"
                ~ " lists or imports; each counts under that of its campaign's list.",
        },
        'stale': {
            'severity': 'blind',
            'says': 'These figures are old: the last pull that came in ended {ended:minute} UTC, and this report was asked'
                ~ ' for {asked:minute}. See marts.pipeline_runs; make run catches up.',
        },
        'status_gone_back': {
            'severity': 'note',
            'says': '{leads:count} campaign leads went back from sent or accepted, which nothing HeyReach documents does;'
                ~ ' they count as first seen.',
        },
        'statuses_unknown': {
            'severity': 'note',
            'says': "HeyReach sends statuses this project doesn't know (kept in the raw data): {all}. By itself such a"
                ~ " status stands for no request, and such a campaign for one that doesn't send. Add what each means:"
                ~ " dbt_project/seeds/{seeds}.",
            'each': '{field} {status} ({rows:count})',
        },
        'webhook_events_unused': {
            'severity': 'note',
            'says': '{events:count} of {all_events:count} connection events from webhooks name no campaign, lead or time'
                ~ ' that is known here, and date nothing: {all}. Expected is {expected}.',
            'each': '{problem} ({events:count}; for example in webhooks/{example})',
        },
        'webhook_types_unknown': {
            'severity': 'note',
            'says': "Webhook events whose type isn't known: {all}. They are kept, and nothing is read from them.",
            'each': '{type} ({events:count})',
        },
        'windows_unwatched': {
            'severity': 'note',
            'says': "{requests:count} requests are in no rate because nobody pulled for more than {dating_days} days"
                ~ " around the end of their window of {window_days} days: whether they were accepted in time can't be known.",
        },
    }) }}
{%- endmacro %}

{#- The columns of a line of rpt_health: severity, topic, affected, message. `facts` are SQL by name; of a line that lists
    things, `each` has those of one thing, `order_by` its place, `only` which are listed. `severity` where the catalogue has
    none. -#}
{% macro health_line(topic, affected, facts={}, each=none, order_by=none, separator=', ', only=none, severity=none) -%}
    {%- set line = health_lines()[topic] -%}
    {%- set all = {} if each is none else {'all': listed(line['each'], each, order_by, separator, only)} -%}
    {{ severity or "'" ~ line['severity'] ~ "'" }} as severity,
    '{{ topic }}' as topic,
    cast({{ affected }} as bigint) as affected,
    {{ sentence(line['says'], dict(facts, **all)) }} as message
{%- endmacro %}

{#- All rows of a group, each in the words of `text`. -#}
{% macro listed(text, facts, order_by, separator=', ', only=none) -%}
    string_agg({{ sentence(text, facts) }}, '{{ separator }}' order by {{ order_by }})
    {%- if only %} filter (where {{ only }}){% endif %}
{%- endmacro %}
