{{ config(materialized='ephemeral') }}

{#- How much of the change of accepted requests comes from how many were sent (volume), to or by whom (mix), and how many of
    them accepted (rate), by Shapley. -#}
{%- set breakdowns = dimensions() | selectattr('decomposed', 'defined') | list -%}

with segments as (

    {%- for entry in breakdowns %}
    select
        '{{ entry.name }}' as breakdown,
        coalesce({{ entry.column }}, 'unknown') as segment,
        count(*) filter (where not is_now) as n_before,
        count(*) filter (where is_now) as n_now,
        coalesce(sum(accepted) filter (where not is_now), 0) as x_before,
        coalesce(sum(accepted) filter (where is_now), 0) as x_now
    from {{ ref('rpt_change_requests') }}
    group by coalesce({{ entry.column }}, 'unknown')
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

),

-- A segment that is new, or gone, has no rate in the other period: it gets the pooled one.
rates as (

    select
        segments.breakdown,
        counts.sent_before,
        counts.sent_now,
        segments.n_before / cast(counts.sent_before as double) as share_before,
        segments.n_now / cast(counts.sent_now as double) as share_now,
        coalesce({{ rate('x_before', 'n_before') }}, {{ rate('accepted_before', 'sent_before') }}) as rate_before,
        coalesce({{ rate('x_now', 'n_now') }}, {{ rate('accepted_now', 'sent_now') }}) as rate_now,
        -- For the interval alone, with one more of either outcome: nobody is certain after a few answers.
        {% for period in ('before', 'now') -%}
        {{ variance_of_rate(
            'case when n_' ~ period ~ ' > 0 then x_' ~ period ~ ' else accepted_' ~ period ~ ' end',
            'case when n_' ~ period ~ ' > 0 then n_' ~ period ~ ' else sent_' ~ period ~ ' end'
        ) }} {{ '+ ' if not loop.last }}
        {%- endfor %}as variance
    from segments
    cross join {{ ref('rpt_change_counts') }} as counts
    where counts.sent_before > 0 and counts.sent_now > 0

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
        sqrt(sum(
            power(((2 * sent_before + sent_now) * share_before + (sent_before + 2 * sent_now) * share_now) / 6.0, 2)
            * variance
        )) as rate_error
    from rates
    group by breakdown, sent_before, sent_now

)

{%- for part in ['volume', 'mix', 'rate'] %}
select
    breakdown,
    '{{ part }}' as part,
    'shapley' as method,
    {% if part == 'volume' %}{{ shapley_volume('sent_before', 'sent_now') }}
    {% elif part == 'mix' %}{{ shapley_mix('sent_before', 'sent_now') }}
    {% else %}{{ shapley_rate('sent_before', 'sent_now') }}
    {% endif %} as contribution,
    {{ 'rate_error' if part == 'rate' else 'cast(null as double)' }} as contribution_error
from crossed
{% if not loop.last %}union all{% endif %}
{%- endfor %}
