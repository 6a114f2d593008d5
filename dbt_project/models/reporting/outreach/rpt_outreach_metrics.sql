{#- What came of requests by whom they were to, with which words, by whom and when. Whatever an import brought without a segment, and
    whatever none brought, is one row beside `all`. -#}
{%- set rates = {
    'accept_rate': ('mature_accepted', 'mature_accepted', 'mature_sent'),
    'reply_rate_of_sent': ('replied_of_sent', 'possibly_replied_of_sent', 'old_sent'),
    'reply_rate_of_accepted': ('replied_of_accepted', 'possibly_replied_of_accepted', 'old_accepted'),
    'meeting_rate_of_accepted': ('met_of_accepted', 'possibly_met_of_accepted', 'old_accepted_for_meetings'),
} -%}
{%- set counts = {
    'sent': 'is_sent',
    'accepted': 'is_sent and is_accepted',
    'mature_sent': 'is_sent and is_mature',
    'mature_accepted': 'is_sent and is_accepted_in_window',
    'replied': 'is_sent and is_replied',
    'undated_replied': 'is_sent and is_reply_undated',
    'old_sent': 'is_sent and is_old_for_replies_of_sent',
    'replied_of_sent': 'is_sent and is_old_for_replies_of_sent and is_surely_replied_of_sent',
    'possibly_replied_of_sent': 'is_sent and is_old_for_replies_of_sent and is_possibly_replied_of_sent',
    'old_accepted': 'is_sent and is_old_for_replies_of_accepted',
    'replied_of_accepted': 'is_sent and is_old_for_replies_of_accepted and is_surely_replied_of_accepted',
    'possibly_replied_of_accepted': 'is_sent and is_old_for_replies_of_accepted and is_possibly_replied_of_accepted',
    'meetings': 'is_sent and is_met',
    'undated_meetings': 'is_sent and is_meeting_undated',
    'old_accepted_for_meetings': 'is_sent and is_old_for_meetings_of_accepted',
    'met_of_accepted': 'is_sent and is_old_for_meetings_of_accepted and is_surely_met_of_accepted',
    'possibly_met_of_accepted': 'is_sent and is_old_for_meetings_of_accepted and is_possibly_met_of_accepted',
    'answered_by_email': 'is_sent and is_answered_by_email',
} %}

with requests as (

    select * from {{ ref('fnd_outreach_requests') }}

),

texts as (

    select * from {{ ref('fnd_outreach_request_texts') }}

),

facts as (

    {%- for entry in outreach_dimensions() %}
    select
        '{{ entry.name }}' as dimension,
        {{ 'texts.step' if entry.of_texts is defined else "'all'" }} as step,
        {{ entry.from }} as value,
        requests.*
    from requests
    {%- if entry.of_texts is defined %}
    inner join texts on requests.connection_id = texts.connection_id
    {%- endif %}
    {%- if entry.name != 'all' %}
    where requests.segment is not null
    {%- endif %}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

counted as (

    select
        dimension,
        step,
        value,
        {%- for name, condition in counts.items() %}
        count(*) filter (where {{ condition }}) as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from facts
    group by dimension, step, value

),

undecided as (

    select dimension, step, value, undecided_group, cast(is_sent as integer) as is_counted
    from facts
    where undecided_group is not null

),

left_open as (

    {{ undecided_by(['dimension', 'step', 'value'], 'undecided') }}

),

-- Where nothing tells of meetings, that there is none is no rate.
told as (

    select count(*) > 0 as has_meetings from {{ ref('engagement_events') }} where kind = 'meeting'

),

-- Who replied after which step says nothing of a rate.
judged as (

    select
        counted.*,
        coalesce({{ is_rate_in_doubt(
            'counted.mature_accepted', 'counted.mature_sent', 'coalesce(left_open.fewer, 0)', 'coalesce(left_open.more, 0)'
        ) }}, false) as is_rate_in_doubt,
        {%- for name, (_, _, trials) in rates.items() %}
        counted.{{ trials }} >= run_parameters.hide_rate_below and not is_rate_in_doubt and counted.dimension <> 'step'
        {{- ' and told.has_meetings' if name == 'meeting_rate_of_accepted' }} as shows_{{ name }},
        {%- endfor %}
        run_parameters.as_of
    from counted
    left join left_open
        on counted.dimension = left_open.dimension
        and counted.step = left_open.step
        and counted.value = left_open.value
    cross join told
    cross join {{ ref('stg_operations__run_parameters') }} as run_parameters
    where counted.sent > 0

),

rated as (

    select
        *,
        {%- for name, (successes, possible, trials) in rates.items() %}
        case when shows_{{ name }} then {{ rate(successes, trials) }} end as {{ name }},
        case when shows_{{ name }} then {{ wilson_low(successes, trials) }} end as {{ name }}_low,
        case when shows_{{ name }} then {{ wilson_high(possible, trials) }} end as {{ name }}_high{{ ',' if not loop.last }}
        {%- endfor %}
    from judged

)

select
    rated.dimension,
    rated.step,
    rated.value,
    coalesce(
        segments.label,
        accounts.label,
        case rated.value
            {%- for value, word in outreach_values().items() %}
            when '{{ value }}' then '{{ word }}'
            {%- endfor %}
            else rated.value
        end
    ) as value_label,
    {%- for name in counts %}
    rated.{{ name }},
    {%- endfor %}
    rated.is_rate_in_doubt,
    {%- for name in rates %}
    rated.{{ name }},
    rated.{{ name }}_low,
    rated.{{ name }}_high,
    {%- endfor %}
    {%- for target in ('reply', 'meeting') %}
    {{ against_target(
        'rated.' ~ target ~ '_rate_of_accepted', 'settings.' ~ target ~ '_rate_percent', 'settings.good_' ~ target ~ '_rate_percent'
    ) }} as {{ target }}_target,
    settings.{{ target }}_rate_percent / 100.0 as {{ target }}_rate_aimed_at,
    {%- endfor %}
    rated.as_of
from rated
left join {{ ref('int_outreach_segments') }} as segments on rated.dimension = 'segment' and rated.value = segments.segment
left join {{ ref('heyreach_accounts') }} as accounts on rated.dimension = 'sender' and rated.value = accounts.account_id
left join {{ ref('int_outreach_settings') }} as settings on true
