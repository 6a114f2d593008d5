{{ config(materialized='ephemeral', contract={'enforced': false}) }}

with senders as (

    select * from {{ ref('fnd_sender_capacity') }}

),

waiting as (

    select
        campaign_id,
        account_id,
        count(*) as queued
    from {{ ref('heyreach_connections') }}
    where is_waiting
    group by campaign_id, account_id

),

paused_campaigns as (

    select
        campaigns.campaign_id,
        campaigns.campaign_name,
        cast(sum(waiting.queued) as bigint) as queued,
        cast(sum(waiting.queued) filter (where not senders.can_send) as bigint) as behind_blocked_senders
    from waiting
    inner join {{ ref('heyreach_campaigns') }} as campaigns on waiting.campaign_id = campaigns.campaign_id
    {{ join_status('campaign_statuses', 'campaigns.campaign_status') }}
    left join senders on waiting.account_id = senders.account_id
    where campaigns.is_present and campaign_statuses.waits_for_resuming
    group by campaigns.campaign_id, campaigns.campaign_name

),

labels as (

    select dimension, segment, max(segment_label) as segment_label
    from {{ ref('fnd_segments_labeled') }}
    group by dimension, segment

),

-- Leads of losing segments that wait there.
weak_leads as (

    select
        campaign_id,
        {{ listed(
            causes()['campaign_paused']['each'],
            {'weak': 'leads', 'dimension': dimension_words('dimension', inside=true), 'segment': 'segment_label'},
            'leads desc, dimension, segment'
        ) }} as said
    from (
        select
            waiting.campaign_id,
            remedies.dimension,
            remedies.segment,
            count(*) as leads,
            coalesce(max(labels.segment_label), remedies.segment) as segment_label
        from {{ ref('fnd_week_targets') }} as targets
        inner join {{ ref('fnd_week_remedies') }} as remedies on targets.remedy = remedies.remedy
        inner join {{ ref('fnd_waiting_leads') }} as waiting on targets.connection_id = waiting.connection_id
        left join labels on remedies.dimension = labels.dimension and remedies.segment = labels.segment
        where targets.kind in ('serve_last', 'hand_on')
        group by waiting.campaign_id, remedies.dimension, remedies.segment
    ) as counted
    group by campaign_id

)

select
    {{ cause_line(
        'campaign_paused', "'campaign'", 'paused.campaign_id', 'paused.campaign_name', 'paused.queued',
        {
            'waiting': 'paused.queued',
            'campaign': 'paused.campaign_name',
            'campaign_id': 'paused.campaign_id',
            'unable': 'nullif(paused.behind_blocked_senders, 0)',
            'weak': 'weak_leads.said',
        }
    ) }}
from paused_campaigns as paused
left join weak_leads on paused.campaign_id = weak_leads.campaign_id
union all
select
    {{ cause_line(
        'campaign_starved', "'campaign'", 'starved.campaign_id', 'campaigns.campaign_name', 'starved.waiting',
        {
            'campaign': 'campaigns.campaign_name',
            'waiting': 'starved.waiting',
            'older': 'starved.older_waiting',
            'sent': 'starved.sent_last_7_days',
        }
    ) }}
from {{ ref('fnd_starved_campaigns') }} as starved
inner join {{ ref('heyreach_campaigns') }} as campaigns on starved.campaign_id = campaigns.campaign_id
