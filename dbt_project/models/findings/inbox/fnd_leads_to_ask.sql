{#- Who may be asked next, whatever their points: nobody here asked them, they wait in no campaign, and no connection of theirs with a
    sender is known. -#}

with connections as (

    select
        lead_id,
        bool_or(
            is_sent
            or is_accepted
            or is_undecided
            or is_waiting
            or status in ('already_connected', 'excluded')
        ) as is_taken,
        bool_or(status = 'failed') as has_failed,
        bool_or(status = 'queued') as was_taken_out
    from {{ ref('heyreach_connections') }}
    group by lead_id

),

-- What HeyReach answered when it was asked about somebody's network.
connected as (

    select lead_id
    from {{ ref('enrichment_values') }}
    where field = 'connection_degree' and is_chosen and value = '1'

)

select
    leads.lead_id,
    coalesce(connections.has_failed, false) as has_failed,
    -- A lead that is queued and doesn't wait was stopped there, or the campaign is gone.
    coalesce(connections.was_taken_out, false) as was_taken_out,
    {{ drawn_at_percent('exploration', 'leads.normalized_profile_url') }} as drawn_at_percent
from {{ ref('heyreach_leads') }} as leads
left join connections on leads.lead_id = connections.lead_id
left join connected on leads.lead_id = connected.lead_id
where leads.is_valid_profile_url and not coalesce(connections.is_taken, false) and connected.lead_id is null
