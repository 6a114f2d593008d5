{#- What each segment comes to. Whoever is in none is counted in a row of their own. Requests of all times count, by the segment that their
    lead is in now. -#}

with segments as (

    select segment_order, segment, label, tone, weight
    from {{ ref('int_outreach_segments') }}

),

all_segments as (

    select * from segments
    union all
    select max(segment_order) + 1, '{{ no_segment() }}', '{{ no_segment_text() }}', null, 0
    from segments
    having count(*) > 0

),

-- Requests that senders may send within a week, as they are now.
week as (

    select cast(floor(coalesce(sum(weekly_capacity), 0)) as bigint) as requests
    from {{ ref('fnd_sender_capacity') }}

),

weighed as (

    select
        all_segments.*,
        sum(all_segments.weight) over () as weights,
        week.requests
    from all_segments
    cross join week

),

shared as (

    select
        *,
        {{ largest_remainder('100', 'weight', 'weights', 'segment_order') }} as share_percent,
        {{ largest_remainder('requests', 'weight', 'weights', 'segment_order') }} as requests_of_week
    from weighed

),

asked as (

    select distinct lead_id
    from {{ ref('heyreach_connections') }}
    where is_sent or is_accepted or is_undecided or status = 'already_connected'

),

matches as (

    select segment, count(*) as matching_prospects
    from {{ ref('prospect_segments') }}
    group by segment

),

people as (

    select
        coalesce(priorities.segment, '{{ no_segment() }}') as segment,
        count(*) as prospects,
        count(*) filter (where asked.lead_id is null) as never_asked,
        count(to_ask.lead_id) as to_ask,
        count(*) filter (where priorities.is_top) as top_prospects,
        count(to_ask.lead_id) filter (where priorities.is_top) as top_to_ask
    from {{ ref('prospect_points') }} as priorities
    left join asked on priorities.lead_id = asked.lead_id
    left join {{ ref('fnd_leads_to_ask') }} as to_ask on priorities.lead_id = to_ask.lead_id
    group by all

),

requests as (

    select
        coalesce(priorities.segment, '{{ no_segment() }}') as segment,
        connections.is_sent,
        connections.is_mature,
        connections.is_accepted_in_window,
        undecided.undecided_group
    from {{ ref('heyreach_connections') }} as connections
    inner join {{ ref('prospect_points') }} as priorities on connections.lead_id = priorities.lead_id
    left join {{ ref('int_connections_dated') }} as undecided
        on connections.campaign_id = undecided.campaign_id
        and connections.campaign_lead_id = undecided.campaign_lead_id
        and undecided.is_undecided
        and undecided.is_mature
        and undecided.is_within_window

),

undecided as (

    select segment, undecided_group, cast(is_sent as integer) as is_counted
    from requests
    where undecided_group is not null

),

left_open as (

    {{ undecided_by(['segment'], 'undecided') }}

),

counted as (

    select
        segment,
        count(*) filter (where is_mature) as mature_sent,
        count(*) filter (where is_accepted_in_window) as mature_accepted
    from requests
    group by segment

),

judged as (

    select
        counted.*,
        coalesce({{ is_rate_in_doubt(
            'counted.mature_accepted', 'counted.mature_sent', 'coalesce(left_open.fewer, 0)', 'coalesce(left_open.more, 0)'
        ) }}, false) as is_in_doubt,
        counted.mature_sent >= run_parameters.hide_rate_below and not is_in_doubt as is_shown
    from counted
    left join left_open on counted.segment = left_open.segment
    cross join {{ ref('stg_operations__run_parameters') }} as run_parameters

)

select
    shared.segment_order,
    shared.segment,
    shared.label,
    shared.tone,
    shared.weight,
    cast(shared.weights as bigint) as weights,
    shared.share_percent,
    shared.requests as week_requests,
    shared.requests_of_week,
    coalesce(matches.matching_prospects, 0) as matching_prospects,
    {%- for count in ('prospects', 'never_asked', 'to_ask', 'top_prospects', 'top_to_ask') %}
    coalesce(people.{{ count }}, 0) as {{ count }},
    {%- endfor %}
    coalesce(judged.mature_sent, 0) as mature_sent,
    coalesce(judged.mature_accepted, 0) as mature_accepted,
    case when judged.is_shown then {{ rate('judged.mature_accepted', 'judged.mature_sent') }} end as accept_rate,
    case when judged.is_shown then {{ wilson_low('judged.mature_accepted', 'judged.mature_sent') }} end as ci_low,
    case when judged.is_shown then {{ wilson_high('judged.mature_accepted', 'judged.mature_sent') }} end as ci_high,
    coalesce(judged.is_in_doubt, false) as is_rate_in_doubt,
    run_parameters.as_of
from shared
left join matches on shared.segment = matches.segment
left join people on shared.segment = people.segment
left join judged on shared.segment = judged.segment
cross join {{ ref('stg_operations__run_parameters') }} as run_parameters
where shared.segment <> '{{ no_segment() }}' or people.segment is not null
