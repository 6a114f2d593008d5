{{ config(materialized='ephemeral') }}

with losing as (

    select * from {{ ref('fnd_losing_segments') }}
    where dimension not in {{ names_in(sender_loss_dimensions()) }}

),

members as (

    {{ segment_memberships(
        ref('fnd_connections_described'), 'losing',
        ['facts.connection_id', 'segments.round', 'segments.dimension', 'segments.segment']
    ) }}

)

select
    connection_id,
    arg_min(dimension || '/' || segment, round) as losing_segment
from members
group by connection_id
