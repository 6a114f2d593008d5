{#- Which waiting leads a remedy is about: those of a losing segment, of a sender, or of a starved campaign. -#}

with waiting as (

    select described.*
    from {{ ref('fnd_connections_described') }} as described
    where described.connection_id in (select waiting.connection_id from {{ ref('fnd_waiting_leads') }} as waiting)

),

remedies as (

    select * from {{ ref('fnd_week_remedies') }}

),

losing as (

    select * from remedies
    where cause = 'low_acceptance'

),

found as (

    {{ segment_memberships('waiting', 'losing', ['facts.connection_id', 'segments.remedy', 'segments.kind']) }}
    {%- for dimension, column in [('account', 'account_id'), ('campaign', 'campaign_id')] %}
    union all
    select
        waiting.connection_id,
        remedies.remedy,
        remedies.kind
    from waiting
    inner join remedies on waiting.{{ column }} = remedies.segment
    where remedies.dimension = '{{ dimension }}' and remedies.kind = 'move'
    {%- endfor %}

)

select distinct connection_id, remedy, kind from found
