{#- What changed, line by line of rpt_anomalies: in which words (`sentence`) it says what happened and what to `do`. A line has
    the name of its kind, or names it. Senders that can't send are anomalies in the words of their cause. -#}
{% macro anomalies() -%}
    {%- set drop = '[{sender}|All senders together]: of {sent:count} requests sent from {since} to {until},'
        ~ ' {accepted:count} were accepted within'
        ~ ' {early_days} days; {expected} were expected of the same lists and senders.' -%}
    {{ return({
        'acceptance_drop': {
            'says': drop,
            'do': 'Look for what changed for all senders: the note, the targeting, HeyReach or LinkedIn.',
        },
        'acceptance_drop_of_sender': {
            'kind': 'acceptance_drop',
            'says': drop,
            'do': "Look at this sender's profile, note and LinkedIn restrictions since then; other senders of the same"
                ~ " lists did not cause it.",
        },
        'volume_drop': {
            'says': '[{sender}|All senders together] sent {sent:count} requests in the five business days up to {until};'
                ~ ' {usual:count} are usual.',
            'do': 'See whether leads are waiting, campaigns are running and limits are as they should be.',
        },
        'coverage_break': {
            'says': 'Only {complete:count} of {leads:count} leads put into {place} kept their attribution (without {fields}).',
            'do': 'Give the file they came from as evidence: make import UPSTREAM=1 FILE=...',
        },
        'completeness_drop': {
            'says': 'Of {leads:count} leads that came in the week of {week}, {known:count} have {what}; of those of the eight'
                ~ ' weeks before {usual:percent} % have.[ Missing most: {missing}.]',
            'do': 'Ask services for what is missing (make enrich), or give the file they came from as evidence:'
                ~ ' make import UPSTREAM=1 FILE=...',
        },
        'reconciliation_break': {
            'says': '{place}: the statuses of leads show {seen:count} {event}, HeyReach counts {counted:count}.',
            'do': "Deleted leads explain fewer in the statuses; else its counts can't be trusted there.",
        },
        'pull_gap': {
            'says': 'No complete pull for {hours:whole} hours, from {from:minute} to {to:minute} UTC: what happened then'
                ~ ' is dated no better than that.',
            'do': 'See in marts.pipeline_runs why runs failed or did not start.',
        },
    }) }}
{%- endmacro %}

{#- The columns of a line of rpt_anomalies, before it is named and known to be acknowledged; `facts` are SQL by name. -#}
{% macro anomaly_line(
    line, dimension, segment, label, since, judged_until, is_open, observed, expected, evidence_n, facts, alarmed_on=none
) -%}
    {%- set entry = anomalies()[line] -%}
    '{{ entry.get('kind', line) }}' as kind,
    {{ dimension }} as dimension,
    {{ segment }} as segment,
    {{ label }} as segment_label,
    {{ since }} as since,
    {{ alarmed_on or since }} as alarmed_on,
    {{ judged_until }} as judged_until,
    {{ is_open }} as is_open,
    cast({{ observed }} as double) as observed,
    cast({{ expected }} as double) as expected,
    cast({{ evidence_n }} as bigint) as evidence_n,
    {{ sentence(entry['says'], facts) }} as message,
    {{ sentence(entry['do'], facts) }} as what_to_do,
    cast(null as bigint) as bottleneck_rank
{%- endmacro %}
