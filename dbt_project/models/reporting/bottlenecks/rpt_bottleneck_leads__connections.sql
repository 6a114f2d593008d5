{{ config(materialized='ephemeral', contract={'enforced': false}) }}

{#- Behind what holds up a sender or a campaign are those who wait there, whatever the cause; any other kind of cause is a part
    of its own, with a reason of lead_reasons(). -#}

{%- set of_request = {
    'campaign': "coalesce(connections.campaign_name, 'campaign ' || connections.campaign_id)",
    'since': 'connections.created_at',
    'sent': 'connections.sent_cohort_at',
    'open_since': 'connections.connection_sent_latest',
    'window': 'run_parameters.acceptance_window_days',
    'sender': 'senders.label',
} %}

with bottlenecks as (

    select * from {{ ref('rpt_bottlenecks') }}

),

run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

senders as (

    select * from {{ ref('fnd_sender_capacity') }}

),

connections as (

    select
        described.*,
        campaigns.campaign_name,
        campaign_statuses.sends_to_waiting,
        coalesce(facts.evidence_sent = 1, false) as is_judged,
        coalesce(facts.evidence_accepted = 1, false) as is_judged_accepted
    from {{ ref('fnd_connections_described') }} as described
    inner join {{ ref('heyreach_campaigns') }} as campaigns on described.campaign_id = campaigns.campaign_id
    {{ join_status('campaign_statuses', 'campaigns.campaign_status') }}
    left join {{ ref('fnd_period_facts') }} as facts on described.connection_id = facts.connection_id

),

losing as (

    select * from bottlenecks
    where cause = 'low_acceptance'

),

in_losing as (

    {{ segment_memberships('connections', 'losing', ['segments.rank', 'facts.connection_id']) }}

),

-- Whom their sender doesn't get to within a week, or not at all.
waiting_long as (

    select
        waiting.connection_id,
        senders.label
    from {{ ref('fnd_waiting_leads') }} as waiting
    inner join senders on waiting.account_id = senders.account_id
    where waiting.is_in_running_campaign
    qualify row_number() over (partition by waiting.account_id order by waiting.place_in_line) > coalesce(senders.weekly_capacity, 0)

)

select
    bottlenecks.rank,
    connections.connection_id,
    {{ lead_reason('waiting', of_request) }}
from bottlenecks
inner join connections
    on connections.is_waiting
    and bottlenecks.segment = case bottlenecks.dimension
        when 'campaign' then connections.campaign_id
        when 'account' then connections.account_id
    end
left join senders on connections.account_id = senders.account_id
where bottlenecks.stage in ('queue', 'sending')
    and (bottlenecks.dimension = 'campaign' or connections.sends_to_waiting)
    -- What a sender can't send at all is no older campaign's fault.
    and (bottlenecks.cause <> 'campaign_starved' or senders.is_free_to_send)
union all
select
    bottlenecks.rank,
    connections.connection_id,
    {{ lead_reason('waiting_long', of_request) }}
from bottlenecks
inner join waiting_long as senders on bottlenecks.cause = 'too_few_leads'
inner join connections on senders.connection_id = connections.connection_id
union all
select
    bottlenecks.rank,
    connections.connection_id,
    {{ lead_reason('open_long', of_request) }}
from bottlenecks
cross join run_parameters
inner join connections on bottlenecks.cause = 'requests_open_long' and {{ is_open_long('connections', 'run_parameters') }}
{%- for reason, which in [
    ('waiting', 'is_waiting'),
    ('accepted', 'is_judged and connections.is_judged_accepted'),
    ('not_accepted', 'is_judged and not connections.is_judged_accepted'),
] %}
union all
select
    in_losing.rank,
    connections.connection_id,
    {{ lead_reason(reason, of_request) }}
from in_losing
inner join connections on in_losing.connection_id = connections.connection_id
cross join run_parameters
where connections.{{ which }}
{%- endfor %}
union all
select
    bottlenecks.rank,
    unattributed.connection_id,
    {{ lead_reason('unattributed', {'fields': 'unattributed.missing_attribution_fields'}) }}
from bottlenecks
inner join {{ ref('rpt_bottlenecks__unattributed') }} as unattributed
    on bottlenecks.cause = 'attribution_loss'
    and bottlenecks.dimension = unattributed.line_dimension
    and bottlenecks.segment = unattributed.line_segment
