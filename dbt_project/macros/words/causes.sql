{#- Why a pipeline stalls, line by line of rpt_bottlenecks: its tier, the stage of the pipeline, and in which words (`sentence`)
    it says `why` and what to `do`, and the `command` that begins it where there is one: it shows what would be done, and with
    APPLY=1 does it. A line has the name of its cause, or names it. -#}
{% macro causes() -%}
    {%- set gap = '{incomplete:count} of {leads:count} leads of {place}' -%}
    {%- set unjudged = ', so no breakdown can judge them.' -%}
    {%- set other_name = "which isn't read under that name" -%}
    {%- set give_file = 'Give the file they came from as evidence: make import UPSTREAM=1 FILE=..., and send the next one'
        ~ ' with make import, which reads back what arrived.' -%}
    {%- set rename = 'Give the custom fields the names that are expected. Of leads that lack them: ' -%}
    {%- set waiting = '; {waiting:count} leads wait in running campaigns[, {days} business days of sending].' -%}
    {%- set moved = '[Move its leads to senders that have room, which brings about {moved:whole} accepted connections a week;' -%}
    {%- set mended = ' it would bring about {restored:whole}.|' -%}
    {%- set rows = '{found:count} of {rows:count} rows of {dimension} {label}' -%}
    {%- set normal = ', where {normal} % is normal.' -%}
    {%- set accepted = '{dimension} {label}: {rate:percent} % of {requests:count} requests[ since {since}]'
        ~ '[ in no clearer line{rest}] were accepted, {reference:percent} % outside every losing segment' -%}
    {%- set within_lists = '[; within the lists it shares with other senders it is lower by {within_lists:percent} points]' -%}
    {{ return({
        'attribution_loss': {
            'tier': 'blind', 'stage': 'attribution',
            'why': gap ~ ' lost {fields} at import' ~ unjudged,
            'do': give_file,
        },
        'attribution_under_another_name': {
            'cause': 'attribution_loss', 'tier': 'blind', 'stage': 'attribution',
            'why': gap ~ ' carry {respelled} in place of {fields}, ' ~ other_name ~ unjudged,
            'do': rename ~ give_file,
        },
        'attribution_partly_under_another_name': {
            'cause': 'attribution_loss', 'tier': 'blind', 'stage': 'attribution',
            'why': gap ~ ' lack {fields}; {respelled_leads:count} of them carry {respelled}, ' ~ other_name ~ unjudged,
            'do': rename ~ give_file,
        },
        'attribution_loss_elsewhere': {
            'cause': 'attribution_loss', 'tier': 'blind', 'stage': 'attribution',
            'why': 'In {imports:count} further imports {incomplete:count} leads lack {fields}; the largest: {largest}.',
            'each': '{place} ({incomplete:count})',
            'do': 'Give the files they came from as evidence: make import UPSTREAM=1 FILE=... once for each.',
        },
        'import_fields_lost': {
            'cause': 'import_loss', 'tier': 'blind', 'stage': 'import',
            'why': '{lost:count} of {leads:count} leads of import {import} stand in HeyReach without what was sent ({fields}).',
            'do': 'Send the lost again. The command shows whom; with APPLY=1 it sends.',
            'command': 'make import REPAIR={import}',
        },
        'import_leads_lost': {
            'cause': 'import_loss', 'tier': 'blocked', 'stage': 'import',
            'why': '{lost:count} of {leads:count} leads of import {import} never arrived in HeyReach, so nobody sends to them.',
            'do': 'Send the lost again. The command shows whom; with APPLY=1 it sends.',
            'command': 'make import REPAIR={import}',
        },
        'campaign_paused': {
            'tier': 'blocked', 'stage': 'queue',
            'why': "{waiting:count} leads wait behind the paused campaign {campaign}[, {unable:count} of them with senders"
                ~ " that can't send either][; of those accepted less: {weak}].",
            'each': '{weak:count} of {dimension} {segment}',
            'do': 'Resume it, or move the leads to a running campaign.',
            'command': 'make resume CAMPAIGN={campaign_id}',
        },
        'campaign_starved': {
            'tier': 'starved', 'stage': 'queue',
            'why': '{waiting:count} leads wait in {campaign}, and its senders get to {older:count} leads of older campaigns first;'
                ~ ' {sent:count} requests went out for it in seven days.',
            'do': 'Give its leads to senders that have room, or pause an older campaign until they were asked.',
        },
        'too_few_leads': {
            'tier': 'starved', 'stage': 'queue', 'label': 'Senders with room',
            'why': 'Senders with room sent {sent:count} of {capacity:count} possible requests in seven days, and no more leads wait'
                ~ ' for them. Free a week: {largest}.',
            'each': '{sender} {room:whole} of {capacity:whole}',
            'do': 'Import {room:count} leads a week more for them, of the kinds that are accepted most[; this week give them'
                ~ ' first who would wait longer for others: {others}].',
            'other': '{waiting:whole} of {sender}',
            'command': 'make import FILE=... CAMPAIGN=...',
        },
        'requests_open_long': {
            'tier': 'blocked', 'stage': 'acceptance', 'label': 'Open requests',
            'why': 'Open for more than {days} days, in campaigns that never withdraw: {open:count} requests; LinkedIn limits how many'
                ~ ' may be open.',
            'do': "Withdraw the oldest by hand in LinkedIn, because HeyReach's API can't, and set a withdrawal in those campaigns.",
        },
        'sender_gone': {
            'tier': 'blocked', 'stage': 'sending',
            'why': '{sender} is no longer listed by HeyReach' ~ waiting,
            'do': moved ~ ' reconnected in HeyReach' ~ mended
                ~ 'Reconnect the account in HeyReach, or move its leads to other senders.]',
        },
        'sender_auth_invalid': {
            'tier': 'blocked', 'stage': 'sending',
            'why': '{sender} is logged out of LinkedIn' ~ waiting,
            'do': moved ~ ' logged in again' ~ mended ~ 'Log it in again in HeyReach.]',
        },
        'sender_cooldown': {
            'tier': 'blocked', 'stage': 'sending',
            'why': '{sender} is in a connection-request cooldown' ~ waiting,
            'do': moved ~ ' once LinkedIn has lifted it,' ~ mended
                ~ 'LinkedIn lifts it, usually within a week: wait, then lower the daily limit, or move the leads to other senders.]',
        },
        'sender_capped': {
            'tier': 'blocked', 'stage': 'sending',
            'why': '{sender} may send only {limit} a day (usual: {usual:whole})' ~ waiting,
            'do': moved ~ ' with its usual limit' ~ mended
                ~ 'Raise its daily limit in HeyReach step by step, or move leads to other senders.]',
        },
        'sender_limit_lowered': {
            'tier': 'blocked', 'stage': 'sending',
            'why': '{sender} may send {limit} a day since its limit was lowered from {before}' ~ waiting,
            'do': moved ~ ' with its earlier limit' ~ mended
                ~ 'Raise it again in HeyReach step by step, unless it was lowered as a precaution.]',
        },
        'sender_idle': {
            'tier': 'blocked', 'stage': 'sending',
            'why': '{sender} sent {sent} in {watched_days} business days and could send {limit} a day, for no reason'
                ~ ' HeyReach gives' ~ waiting,
            'do': moved ~ ' at its own pace' ~ mended
                ~ 'Open the account and its campaigns in HeyReach: working hours, campaign steps before the request, a stuck queue.]',
        },
        'invalid_leads': {
            'tier': 'losing', 'stage': 'import',
            'why': rows ~ ' have no usable LinkedIn profile URL' ~ normal,
            'do': "Have the list's profile URLs mended where it is made, before the next import.",
        },
        'duplicate_leads': {
            'tier': 'losing', 'stage': 'import',
            'why': rows ~ ' repeat somebody' ~ normal,
            'do': 'Remove repeats where the list is made; those rows reach nobody new.',
        },
        'low_acceptance': {
            'tier': 'losing', 'stage': 'acceptance',
            'why': accepted ~ '.',
            'do': 'Pause it or send fewer there, and put the requests into what is accepted more; look at targeting and'
                ~ ' the note first.',
            'command': '[make pause CAMPAIGN={campaign_id}]',
        },
        'low_acceptance_without_better': {
            'cause': 'low_acceptance', 'tier': 'losing', 'stage': 'acceptance',
            'why': accepted ~ '; hardly anybody better waits for the same senders.',
            'do': 'Keep asking those who wait, because pausing them would bring fewer acceptances. Mend targeting and the note'
                ~ ' before the next import, and bring better leads.',
        },
        'low_acceptance_of_sender': {
            'cause': 'low_acceptance', 'tier': 'losing', 'stage': 'acceptance',
            'why': accepted ~ within_lists ~ '.',
            'do': 'Compare its profile, note and daily volume with those of senders that do better in the same lists; give'
                ~ ' its leads to them meanwhile.',
        },
        'low_acceptance_of_senders': {
            'cause': 'low_acceptance', 'tier': 'losing', 'stage': 'acceptance',
            'why': accepted ~ within_lists ~ '.',
            'do': 'Give these leads to other senders; accounts that are no real person also risk being closed by LinkedIn.',
        },
    }) }}
{%- endmacro %}

{#- The columns of a line of rpt_bottlenecks, before it is judged and ranked. `lost`: accepted connections a week, NULL where
    that can't be known; `facts` are SQL by name, as the words of the line need them. -#}
{% macro cause_line(line, dimension, segment, label, evidence_n, facts, lost='null', q_value='null', is_minor='false') -%}
    {%- set entry = causes()[line] -%}
    '{{ entry['tier'] }}' as tier,
    '{{ entry['stage'] }}' as stage,
    '{{ entry.get('cause', line) }}' as cause,
    {{ dimension }} as dimension,
    {{ segment }} as segment,
    {{ label }} as segment_label,
    cast({{ lost }} as double) as lost,
    cast({{ evidence_n }} as bigint) as evidence_n,
    cast({{ q_value }} as double) as q_value,
    {{ is_minor }} as is_minor,
    {{ sentence(entry['why'], facts) }} as why,
    {{ sentence(entry['do'], facts) }} as what_to_do,
    {{ 'nullif(' ~ sentence(entry['command'], facts) ~ ", '')" if entry.command is defined else 'cast(null as varchar)' }} as command
{%- endmacro %}
