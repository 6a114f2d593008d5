{#- What HeyReach's own counts hold of people who were erased: as much as erasures took away, or as much as one pull
    still met since, for a request may be accepted after the erasure. -#}

with counts as (

    select
        erased_lead_counts.*,
        connection_statuses.is_sent as shows_sent,
        connection_statuses.is_accepted as shows_accepted
    from {{ ref('stg_operations__erased_lead_counts') }} as erased_lead_counts
    {{ join_status('connection_statuses', 'erased_lead_counts.connection_status') }}

),

per_note as (

    {%- for event in ('sent', 'accepted') %}
    select
        account_id,
        campaign_id,
        '{{ event }}' as event,
        case when noted_by like 'erasure%' then 'erasures' else noted_by end as noted_by,
        sum(lead_rows) as requests
    from counts
    where shows_{{ event }} and account_id is not null
    group by account_id, campaign_id, case when noted_by like 'erasure%' then 'erasures' else noted_by end
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

)

select
    account_id,
    campaign_id,
    event,
    cast(max(requests) as bigint) as requests
from per_note
group by account_id, campaign_id, event
