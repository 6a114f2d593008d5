{#- What codes are called where a person reads them, by what they are codes of; read by models (`code_words`) and by the report
    (reports/document/filters.py). A code that isn't listed is read as it is spelled, with spaces, and a segment in the words of
    its dimension. `evidence` is what a line of rpt_bottlenecks rests on, by its cause or else its stage: one of them. -#}
{% macro codes() -%}
    {{ return({
        'sender': {
            'sender_gone': 'not listed by HeyReach',
            'sender_auth_invalid': 'logged out',
            'sender_cooldown': 'in cooldown',
            'sender_capped': 'its daily limit',
            'sender_limit_lowered': 'its lowered limit',
            'sender_idle': 'sends little, for no known reason',
            'limit_zero': 'daily limit 0',
            'paused_campaigns': 'no campaign running',
            'no_queue': 'no leads waiting',
            'unexplained': 'no known reason',
        },
        'unplanned_sender': {
            'inactive': 'not active in HeyReach or the account file',
        },
        'unplanned': {
            'without_name': 'without a first or last name, without which HeyReach takes nobody',
            'without_attribution': 'without a field that every import needs (required_attribution_fields)',
            'imported': 'imported already (make import REPAIR= sends again what was lost)',
            'planned': 'in the plan of another week',
            'in_other_campaign': 'in another campaign already',
            'already_in_list': 'in the list of the campaign already, which takes nobody twice',
            'text': "with a text that can't be sent",
            'no_sender': 'in a segment that no sender can be planned for, of those that send for its campaign',
            'later': 'later: the week has no room left for the segment',
        },
        'severity': {
            'blind': 'Blind',
            'blocked': 'Blocked',
            'starved': 'Starved',
            'lower': 'Lower',
            'background': 'Background',
            'declined': 'Declined',
            'note': 'Note',
        },
        'verdict': {
            'underpowered': 'too few to tell',
            'not_separable': 'not separable from its senders',
            'suppressed': 'suppressed (too few people)',
            'background': 'not compared',
        },
        'cause': {
            'attribution_loss': 'leads came without saying where they are from',
            'import_loss': 'an import lost leads or their fields',
            'invalid_leads': 'rows without the profile link of a person',
            'duplicate_leads': 'rows that came more than once',
            'campaign_paused': 'a paused campaign with leads waiting behind it',
            'campaign_starved': 'a running campaign whose leads nobody gets to',
            'too_few_leads': 'senders with room and no leads waiting for them',
            'requests_open_long': 'requests that are open for long',
            'sender_gone': 'a sender that HeyReach no longer lists',
            'sender_auth_invalid': 'a sender that is logged out of LinkedIn',
            'sender_cooldown': 'a sender in a cooldown of requests',
            'sender_capped': 'a sender at its daily limit',
            'sender_limit_lowered': 'a sender whose daily limit was lowered',
            'sender_idle': 'a sender that sends little although leads wait',
            'low_acceptance': 'fewer requests are accepted than elsewhere',
        },
        'remedy': {
            'attribution_loss': 'give the file they came from as evidence (make import UPSTREAM=1 FILE=...)',
            'import_loss': 'send again what was lost (make import REPAIR=...)',
            'invalid_leads': 'mend the file or tool that the rows come from',
            'duplicate_leads': 'take repeats out before importing',
            'campaign_paused': 'resume it, or move its leads to a running campaign',
            'campaign_starved': 'give it senders that have room',
            'too_few_leads': 'import more leads for these senders, of the kinds that are accepted most',
            'requests_open_long': 'withdraw requests that nobody answers',
            'sender_gone': 'reconnect it in HeyReach, or move its leads to senders that have room',
            'sender_auth_invalid': 'log it in again, or move its leads to senders that have room',
            'sender_cooldown': 'let it rest, and move its leads to senders that have room',
            'sender_capped': 'raise its limit with care, or move its leads to senders that have room',
            'sender_limit_lowered': 'raise its limit again with care, or move its leads to senders that have room',
            'sender_idle': 'look at its campaigns, schedule and limits in HeyReach',
            'low_acceptance': 'mend targeting, profile or note before the next import, and bring better leads',
        },
        'untold': {
            'few_people': 'too few people, of whom no count is told',
            'adds_up': 'its count would tell, with the others, of too few people',
            'nearly_the_same': 'it is nearly the same as another segment that is told, and the difference would tell of too few people',
        },
        'evidence': {
            'too_few_leads': 'request that could be sent',
            'import': 'row',
            'attribution': 'lead',
            'queue': 'waiting lead',
            'sending': 'waiting lead',
            'acceptance': 'mature request',
        },
        'score': {
            'orders': 'orders leads',
            'does_not_order': 'does not order your leads',
            'inverted': 'orders leads the wrong way round',
            'collecting': 'is collecting',
        },
        'target': {
            'below': 'below',
            'reached': 'reached',
            'good': 'good',
            'not_yet': 'can\'t be said yet',
        },
        'points': {
            'worth_more': 'is worth more',
            'worth_less': 'is worth less',
            'worth_nothing': 'is worth nothing that shows',
            'wrong_sign': 'has the wrong sign: who has it accepts less often',
        },
        'not_compared': {
            'few_accounts': 'not separable: fewer than three accounts in a group',
            'one_account_value': 'not separable: all accounts are alike, so it would be the lead',
            'strata_disagree': 'not separable: opposite in different groups',
            'connected_before': 'of too many leads nobody can tell whether they were asked',
            'nothing_pulled': 'nothing was pulled yet',
            'before_first_pull': 'it began before the first pull, so it was not watched from its start',
            'too_young': 'nothing in this period is old enough to judge yet',
            'too_few_requests': 'too few requests are old enough to judge, in this period or in the one before',
            'no_chain': 'a stage had leads although the one before it had none',
        },
        'stall': {
            'attribution_loss': 'requests carry no source, so sources can\'t be judged',
            'import_loss': 'an import lost leads or fields',
            'campaign_paused': 'a campaign rests while leads wait in it',
            'campaign_starved': 'older campaigns leave one without senders',
            'too_few_leads': 'senders have room, and too few leads wait for them',
            'requests_open_long': 'requests stay open for too long',
            'sender_gone': 'a sender is gone while leads wait for it',
            'sender_auth_invalid': 'a sender is logged out of LinkedIn',
            'sender_cooldown': 'LinkedIn lets a sender rest',
            'sender_capped': 'senders are at their limit while leads wait',
            'sender_limit_lowered': 'a sender\'s limit was lowered',
            'sender_idle': 'a sender does nothing while leads wait for it',
            'invalid_leads': 'files bring leads that can\'t be asked',
            'duplicate_leads': 'files bring leads that were asked before',
            'low_acceptance': 'fewer accept than elsewhere in the workspace',
        },
        'sender_state': {
            'able': 'can send',
            'blocked': 'can\'t send to those who wait',
            'starved': 'can send, and hardly anybody waits for it',
            'near_limit': 'has sent nearly all it may in a week',
        },
        'over_clients': {
            'collecting': 'too few clients have enough requests in it',
            'lower': 'is accepted less, over clients',
            'higher': 'is accepted more, over clients',
            'not_separable': 'clients don\'t agree, or it may be chance',
        },
        'benchmark': {
            'accept_rate': 'Accept rate',
            'weekly_requests': 'Requests a week, by sender that can send',
            'queue_days': 'Business days of sending that wait for senders that can',
            'attribution_coverage': 'Requests with complete attribution',
        },
        'benchmark_withheld': {
            'few_workspaces': 'shown from six workspaces on, because fewer would tell of each',
        },
        'not_listed': {
            'within_senders': 'within its senders, and by what senders differ, it may be chance',
            'within_lists': 'within the lists it shares, and by what senders differ, it may be chance',
            'within_listed': 'what is left of it without what is listed is not clearly lower',
            'not_testable': 'too few requests or senders to tell the two apart',
            'not_searched': 'no cause is looked for in it',
        },
    }) }}
{%- endmacro %}

{#- code_words('cause', 'sender') -> the SQL that says what a code is called; NULL for one that isn't listed. -#}
{% macro code_words(code, of) -%}
    case {{ code }}
        {%- for name, words in codes()[of].items() %}
        when '{{ name }}' then '{{ words | replace("'", "''") }}'
        {%- endfor %}
    end
{%- endmacro %}
