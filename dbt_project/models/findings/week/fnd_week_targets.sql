{#- The waiting leads that belong to a losing segment, and to which remedy. -#}

with waiting as (

    select described.*
    from {{ ref('fnd_connections_described') }} as described
    where described.connection_id in (select waiting.connection_id from {{ ref('fnd_waiting_leads') }} as waiting)

),

remedies as (

    select * from {{ ref('fnd_week_remedies') }}
    where cause = 'low_acceptance'

),

found as (

    {{ segment_memberships('waiting', 'remedies', ['facts.connection_id', 'segments.remedy', 'segments.kind']) }}

)

select distinct connection_id, remedy, kind from found
