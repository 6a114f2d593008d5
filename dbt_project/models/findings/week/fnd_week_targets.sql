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

    {%- for entry in exclusive_dimensions() if entry.loss is defined %}
    select waiting.connection_id, remedies.remedy, remedies.kind
    from waiting
    inner join remedies
        on remedies.dimension = '{{ entry.name }}'
        and waiting.{{ entry.column }} = remedies.segment
    union all
    {%- endfor %}
    select by_keyword.connection_id, remedies.remedy, remedies.kind
    from (
        select connection_id, unnest({{ split_keywords('keywords') }}) as keyword from waiting
    ) as by_keyword
    inner join remedies
        on remedies.dimension = 'keyword'
        and by_keyword.keyword = remedies.segment

)

select distinct connection_id, remedy, kind from found
