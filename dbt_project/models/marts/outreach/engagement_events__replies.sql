{{ config(materialized='ephemeral', contract={'enforced': false}) }}

{#- Each reply once. What follows each other within the tolerance in one conversation is a burst, whoever tells it; of a burst that source
    counts which tells the most of it, of equal ones the better dated. A status counts where nobody dates a reply that it can mean. -#}

with everything_told as (

    select * from {{ ref('engagement_events__told') }}
    where kind = 'reply'

),

-- The operator's line is the reply that somebody else dates, where there is one within its bounds.
dated_by_others as (

    select lines.telling
    from everything_told as lines
    inner join everything_told as others
        on lines.lead_id = others.lead_id
        and others.method <> 'file'
        and others.source <> 'status'
        and others.happened_at between {{ seconds_after('lines.earliest', -60 * reply_tolerance_minutes() | int) }}
            and {{ seconds_after('lines.latest', 60 * reply_tolerance_minutes() | int) }}
    where lines.method = 'file'

),

told as (

    select * from everything_told
    where telling not in (select dated_by_others.telling from dated_by_others)

),

-- Who names no sender, and follows no request, is in the conversation that there is.
timed as (

    select
        * replace (coalesce(account_id, min(account_id) over (partition by lead_id)) as account_id),
        case
            {%- for type in reply_event_types() %}
            when source = '{{ type.name }}' then {{ loop.index }}
            {%- endfor %}
            else {{ reply_event_types() | length }} + {{ place_of('method', engagement_methods()) }}
        end as place
    from told
    where source <> 'status'

),

begun as (

    select
        *,
        coalesce(
            {{ hours_between('lag(happened_at) over in_order', 'happened_at') }} * 60 > {{ reply_tolerance_minutes() }}, true
        ) as begins
    from timed
    window in_order as (partition by lead_id, account_id order by happened_at, telling)

),

bursts as (

    select
        *,
        sum(cast(begins as integer)) over (
            partition by lead_id, account_id order by happened_at, telling rows between unbounded preceding and current row
        ) as burst
    from begun

),

sources as (

    select lead_id, account_id, burst, place, count(*) as replies
    from bursts
    group by lead_id, account_id, burst, place
    qualify row_number() over (partition by lead_id, account_id, burst order by replies desc, place) = 1

),

dated as (

    select bursts.* exclude (place, begins, burst)
    from bursts
    inner join sources
        on bursts.lead_id = sources.lead_id
        and bursts.account_id is not distinct from sources.account_id
        and bursts.burst = sources.burst
        and bursts.place = sources.place

),

-- A person may stand in a campaign twice, and replies once.
seen as (

    select * from told
    where source = 'status'
    qualify row_number() over (partition by lead_id, campaign_id order by latest, telling) = 1

),

undated as (

    select seen.*
    from seen
    where not exists (
        select 1
        from dated
        where dated.lead_id = seen.lead_id
            and coalesce(dated.campaign_id = seen.campaign_id, coalesce(dated.account_id = seen.account_id, true))
            and dated.happened_at <= {{ seconds_after('seen.latest', 60 * reply_tolerance_minutes() | int) }}
    )

)

select * from dated
union all by name
select * from undated
