{#- What was done where advice was followed, by cause; `moved` where others sent instead; `other` where an earlier release named a
    cause that is none any more. -#}
{% macro deeds() -%}
    {{ return({
        'campaign_paused': 'Resumed {label}',
        'sender_gone': 'Reconnected {label}',
        'sender_auth_invalid': 'Logged in {label}',
        'sender_cooldown': '{label} is out of its cooldown',
        'sender_capped': 'Raised the limit of {label}',
        'sender_limit_lowered': 'Raised the limit of {label}',
        'sender_idle': '{label} sends again',
        'campaign_starved': '{label} gets requests',
        'too_few_leads': 'Brought leads for senders with room',
        'requests_open_long': 'Withdrew requests that were open for long',
        'low_acceptance': 'Sent fewer requests to {label}',
        'invalid_leads': 'Mended the rows of {label}',
        'duplicate_leads': 'Removed repeats from {label}',
        'import_loss': 'Repaired the import {label}',
        'attribution_loss': 'Fields of {label} came back',
        'moved': 'Moved leads of {label}',
        'other': 'Acted on {label}',
    }) }}
{%- endmacro %}

{#- What is said of advice in each state that it can be in. -#}
{% macro advice_messages() -%}
    {%- set done = '{deed} on {followed_on}{by}: ' -%}
    {%- set promised = '[{promised:whole} a week promised, |no figure promised, ]' -%}
    {{ return({
        'open': 'Shown since {first_shown_on}: {why}[ Worth about {worth_now:whole} accepted connections a week.]',
        'declined': 'Declined on {declared_on}[ ({reason})], out of the alarms until {declined_until} at the latest: {why}',
        'gone': 'Not listed since {last_shown_on}, and nothing shows that somebody acted: {label} ({cause}).',
        'unmeasured': done ~ 'what that brings can not be counted.',
        'collecting': done ~ promised ~ 'to be judged from {judged_from} on.',
        'helped': done ~ promised ~ '{gain_low:whole} to {gain_high:whole} seen.',
        'no_effect': done ~ promised ~ 'no effect to be told from chance ({gain_low:whole} to {gain_high:whole}).',
        'hurt': done ~ promised ~ '{gain_low:whole} to {gain_high:whole} seen, so it cost some.',
    }) }}
{%- endmacro %}
