{#- How likely requests were to be accepted, were each source, ICP and sender what it is everywhere and nothing came of their
    meeting: a logit for each, added up, of the greatest likelihood. Fitted in turn, factor by factor: each of Newton's steps moves
    every level of a factor by what it was accepted more or less than is fitted so far (Hastie and Tibshirani 1986). -#}
{%- set factors = ['source', 'icp', 'account_id'] -%}
{%- set rounds = 20 -%}
{%- set cells = (factors + ['list_id', 'sent', 'accepted']) | join(', ') -%}

with recursive requests as (

    select
        {%- for factor in factors %}
        {{ segment_of(dimensions() | selectattr('column', 'equalto', factor) | first) }} as {{ factor }},
        {%- endfor %}
        coalesce(list_id, 'campaign ' || campaign_id) as list_id,
        count(*) as sent,
        sum(evidence_accepted) as accepted
    from {{ ref('fnd_period_facts') }}
    where evidence_sent = 1
    group by all

),

fitted as (

    select
        {{ cells }},
        0 as round,
        ln((sum(accepted) over () + 0.5) / (sum(sent) over () - sum(accepted) over () + 0.5)) as logit
    from requests
    union all
    select {{ cells }}, round + 1, logit
    from
        {%- for factor in factors %} (
        {%- set level = 'over (partition by ' ~ (factors | reverse | list)[loop.index0] ~ ')' %}
        select
            {{ cells }},
            round,
            logit + coalesce(
                {{ exact_sum('accepted - sent / (1 + exp(-logit))', level) }}
                / nullif({{ exact_sum('sent / (1 + exp(-logit)) / (1 + exp(logit))', level) }}, 0), 0
            ) as logit
        from
        {%- endfor %}
        fitted
        {%- for factor in factors %}
        ) as by_{{ factor }}
        {%- endfor %}
    where round < {{ rounds }}

)

select
    {{ cells }},
    round(1 / (1 + exp(-logit)), 9) as chance
from fitted
where round = {{ rounds }}
