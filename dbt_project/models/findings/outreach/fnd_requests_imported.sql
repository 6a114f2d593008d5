{{ config(materialized='ephemeral') }}

{#- The newest import before the request that brought a segment: the person may be in another one by now. -#}

with brought as (

    select * from {{ ref('int_import_rows_resolved') }}
    where times_sent > 0 and segment is not null

)

select
    connections.connection_id,
    connections.lead_id,
    connections.account_id,
    brought.segment,
    brought.sequence,
    brought.variant,
    brought.has_note,
    connections.connection_sent_earliest,
    connections.connection_sent_latest,
    connections.connection_accepted_earliest
from {{ ref('heyreach_connections') }} as connections
inner join brought
    on connections.lead_id = brought.lead_id
    and coalesce(brought.campaign_id = connections.campaign_id, brought.list_id = connections.list_id)
    and coalesce(brought.first_sent_at <= connections.sent_cohort_latest, true)
where connections.is_sent or connections.is_undecided
qualify row_number() over (
    partition by connections.connection_id order by brought.first_sent_at desc, brought.import_id desc, brought.row_number desc
) = 1
