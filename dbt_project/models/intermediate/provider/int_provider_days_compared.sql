{#- HeyReach's own count of each day against the events that must lie in that day, and those that may: by evidence
    other than those counts, and by requests that are known to have been made. Only days that were over when the counts were last read. -#}

with evidence as (

    select
        campaign_id,
        campaign_lead_id,
        event,
        max(earliest) as earliest,
        min(latest) as latest
    from {{ ref('int_connection_evidence_independent') }}
    group by campaign_id, campaign_lead_id, event

),

events as (

    select
        first_sights.account_id,
        first_sights.campaign_id,
        first_sights.event,
        first_sights.is_undecided,
        {{ utc_date('evidence.earliest') }} as first_day,
        {{ utc_date('evidence.latest') }} as last_day,
        {{ hours_between(utc_midnight(utc_date('evidence.earliest')), 'evidence.earliest') }} as hour_earliest,
        {{ hours_between(utc_midnight(utc_date('evidence.latest')), 'evidence.latest') }} as hour_latest
    from {{ ref('int_connection_first_sights') }} as first_sights
    inner join evidence
        on first_sights.campaign_id = evidence.campaign_id
        and first_sights.campaign_lead_id = evidence.campaign_lead_id
        and first_sights.event = evidence.event

),

-- Events of the same bounds together: a row for each event and each day it may lie in would be many.
events_by_bounds as (

    select
        account_id,
        campaign_id,
        event,
        first_day,
        -- A condition with `or` in a left join would make DuckDB try every row with every other.
        coalesce(first_day, date '1970-01-01') as from_day,
        last_day,
        is_undecided,
        count(*) as events,
        min(hour_earliest) as hour_earliest,
        max(hour_latest) as hour_latest
    from events
    where last_day is not null
    group by account_id, campaign_id, event, first_day, last_day, is_undecided

),

reads as (

    select
        account_id,
        campaign_id,
        max(read_at) as read_at
    from {{ ref('int_provider_counts_read') }}
    group by account_id, campaign_id

),

provider_days as (

    {%- for event, column in (('sent', 'connections_sent'), ('accepted', 'connections_accepted')) %}
    select
        account_id,
        campaign_id,
        activity_date,
        '{{ event }}' as event,
        {{ column }} as counted_by_heyreach
    from {{ ref('stg_heyreach__account_campaign_days') }}
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

),

compared as (

    select
        provider_days.account_id,
        provider_days.campaign_id,
        provider_days.event,
        provider_days.activity_date,
        provider_days.counted_by_heyreach,
        cast(coalesce(sum(events.events) filter (
            where events.first_day = events.last_day and not events.is_undecided
        ), 0) as bigint) as events_for_certain,
        -- Nobody knows any more on which day those of erased people were.
        cast(coalesce(sum(events.events), 0) + coalesce(max(erased.requests), 0) as bigint) as events_at_most,
        min(events.hour_earliest) filter (where events.first_day = events.last_day and not events.is_undecided) as certain_from_hour,
        max(events.hour_latest) filter (where events.first_day = events.last_day and not events.is_undecided) as certain_to_hour
    from provider_days
    inner join reads
        on provider_days.account_id = reads.account_id
        and provider_days.campaign_id = reads.campaign_id
        and {{ days_after(utc_midnight('provider_days.activity_date'), 1) }} <= reads.read_at
    left join {{ ref('int_erased_requests') }} as erased
        on provider_days.account_id = erased.account_id
        and provider_days.campaign_id = erased.campaign_id
        and provider_days.event = erased.event
    left join events_by_bounds as events
        on provider_days.account_id = events.account_id
        and provider_days.campaign_id = events.campaign_id
        and provider_days.event = events.event
        and provider_days.activity_date <= events.last_day
        and provider_days.activity_date >= events.from_day
    group by all

)

select
    *,
    counted_by_heyreach between events_for_certain and events_at_most as is_consistent
from compared
