{#- Of those who may be asked, the first of each segment: top ones first, then by priority. As many as `limit` says, and as senders could
    ask in so many weeks, were all of them of one segment. -#}
{%- set weeks = 2 -%}

with capacity as (

    select {{ weeks }} * floor(coalesce(sum(weekly_capacity), 0)) as requests from {{ ref('fnd_sender_capacity') }}

)

select
    points.lead_id,
    points.segment,
    row_number() over in_turn as rank
from {{ ref('prospect_points') }} as points
inner join {{ ref('fnd_leads_to_ask') }} as to_ask on points.lead_id = to_ask.lead_id
cross join {{ ref('int_outreach_settings') }} as settings
cross join capacity
where points.segment is not null
window in_turn as (
    partition by points.segment
    order by points.is_top desc, points.priority_score desc, points.prospect_fit_score desc, points.lead_id
)
qualify rank <= greatest(settings.limit, capacity.requests)
