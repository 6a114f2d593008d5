{{ config(materialized='ephemeral') }}

{%- set sender_dimensions = sender_loss_dimensions() -%}
{%- set attributes = sender_loss_attributes() | map(attribute='column') | list -%}

with requests as (

    select
        account_id,
        {%- for column in attributes %}
        coalesce({{ column }}, 'unknown') as {{ column }},
        {%- endfor %}
        coalesce(list_id, 'campaign ' || campaign_id) as list_id,
        evidence_accepted as accepted
    from {{ ref('fnd_period_facts') }}
    where evidence_sent = 1 and account_id is not null

),

cells as (

    select
        account_id,
        {%- for column in attributes %}
        {{ column }},
        {%- endfor %}
        list_id,
        count(*) as sent,
        sum(accepted) as accepted
    from requests
    group by account_id, {{ attributes | join(', ') }}, list_id

),

segments as (

    {%- for entry in sender_dimensions %}
    select distinct
        '{{ entry.name }}' as dimension,
        {{ entry.column }} as segment
    from cells
    {{ 'union all' if not loop.last }}
    {%- endfor %}

)

-- Each segment against all others: two sides of every list.
select
    segments.dimension,
    segments.segment,
    cells.account_id,
    cells.list_id,
    cells.sent,
    cells.accepted,
    segments.segment = case segments.dimension
        {%- for entry in sender_dimensions %}
        when '{{ entry.name }}' then cells.{{ entry.column }}
        {%- endfor %}
    end as is_of_segment
from segments
cross join cells
