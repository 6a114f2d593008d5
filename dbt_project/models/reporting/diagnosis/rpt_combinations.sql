{{ config(materialized='ephemeral') }}

{%- set lead_dimensions = dimensions() | selectattr('recommendable', 'defined') | list -%}

with requests as (

    select * from {{ ref('fnd_period_facts') }}
    where mature_sent = 1 and account_id is not null

),

combinations as (

    {%- for entry in lead_dimensions %}
    select
        '{{ entry.name }}' as lead_dimension,
        {{ loop.index }} as precedence,
        {{ entry.column }} as lead_segment,
        account_id,
        count(*) as sent,
        sum(mature_accepted) as accepted,
        -- The same leads with all senders, and the same sender with all leads.
        sum(count(*)) over (partition by {{ entry.column }}) as lead_sent,
        sum(sum(mature_accepted)) over (partition by {{ entry.column }}) as lead_accepted,
        sum(count(*)) over (partition by account_id) as account_sent,
        sum(sum(mature_accepted)) over (partition by account_id) as account_accepted
    from requests
    where {{ entry.column }} is not null and {{ entry.column }} <> 'unknown'
    group by {{ entry.column }}, account_id
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

-- Better than one of the two alone: else it is the sender, or the leads, whoever sends.
compared as (

    select
        *,
        accepted * lead_sent >= lead_accepted * sent
        and accepted * account_sent >= account_accepted * sent as is_better_together
    from combinations

)

-- Combinations that hold the same requests are one, named by the first dimension that can be advised.
select *
from compared
qualify row_number() over (
    partition by account_id, sent, accepted order by not is_better_together, precedence, lead_segment
) = 1
