{#- Whether a sender serves the campaign first that was launched first, or its campaigns side by side: whichever the last four
    weeks show. While an older campaign of a sender has somebody waiting, a younger one gets nothing of a sender that goes by
    age, and its share of one that doesn't. HeyReach describes both. -#}
{%- set weeks = 4 -%}
{#- With two campaigns side by side it is a half. -#}
{%- set most_by_age = 0.25 -%}

with run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

connections as (

    select
        connections.*,
        campaigns.created_at as campaign_created_at
    from {{ ref('heyreach_connections') }} as connections
    inner join {{ ref('heyreach_campaigns') }} as campaigns on connections.campaign_id = campaigns.campaign_id
    {{ join_status('campaign_statuses', 'campaigns.campaign_status') }}
    where connections.account_id is not null
        and campaigns.is_present
        and campaign_statuses.sends_to_waiting
        and (connections.is_waiting or connections.is_sent)

),

-- From when to when somebody in a campaign waited for a sender.
queues as (

    select
        connections.account_id,
        connections.campaign_id,
        any_value(connections.campaign_created_at) as campaign_created_at,
        min(connections.created_at) as since,
        max(case when connections.is_waiting then run_parameters.as_of else connections.connection_sent_at end) as until
    from connections
    cross join run_parameters
    group by connections.account_id, connections.campaign_id

),

-- Requests sent while another campaign of the sender had somebody waiting, too.
contested as (

    select
        requests.connection_id,
        bool_or(others.campaign_created_at < requests.campaign_created_at) as is_past_an_older_one
    from connections as requests
    cross join run_parameters
    inner join queues as others
        on requests.account_id = others.account_id
        -- Of campaigns that were made at once none is the older.
        and requests.campaign_created_at <> others.campaign_created_at
        and requests.connection_sent_at > others.since
        and requests.connection_sent_at < others.until
    where requests.connection_sent_at >= {{ days_after('run_parameters.as_of', -7 * weeks) }}
    group by requests.connection_id

)

select
    count(*) as contested_requests,
    count(*) filter (where contested.is_past_an_older_one) as requests_past_an_older_campaign,
    -- Where nothing tells, as HeyReach's help describes it first.
    coalesce({{ rate('count(*) filter (where contested.is_past_an_older_one)', 'count(*)') }} < {{ most_by_age }}, true)
        as is_oldest_campaign_first
from contested
