{#- Everything known about when each request was sent and accepted, one row per piece of evidence: that of
    int_connection_evidence_independent, and HeyReach's daily counts where they are seen to date events rightly. -#}

with first_sights as (

    select * from {{ ref('int_connection_first_sights') }}

),

provider_days as (

    select * from {{ ref('stg_heyreach__account_campaign_days') }}

),

dating as (

    select * from {{ ref('int_provider_dating_checked') }}
    where is_dating_supported

),

-- Where HeyReach ever counts fewer than the statuses show, or a day's count contradicts them, its days prove nothing.
trusted_counts as (

    select
        totals.account_id,
        totals.campaign_id,
        totals.event
    from {{ ref('int_provider_totals_compared') }} as totals
    left join {{ ref('int_provider_days_compared') }} as days
        on totals.account_id = days.account_id
        and totals.campaign_id = days.campaign_id
        and totals.event = days.event
        and not days.is_consistent
    group by totals.account_id, totals.campaign_id, totals.event
    having not bool_or(totals.is_behind) and count(days.activity_date) = 0

),

-- A day as HeyReach may count it: its UTC day, widened by what could not be checked.
days_with_activity as (

    {%- for event, column in (('sent', 'connections_sent'), ('accepted', 'connections_accepted')) %}
    select
        provider_days.account_id,
        provider_days.campaign_id,
        '{{ event }}' as event,
        {{ seconds_after(utc_midnight('provider_days.activity_date'), '-3600 * dating.hours_early') }} as begins_at,
        {{ seconds_after(days_after(utc_midnight('provider_days.activity_date'), 1), '3600 * dating.hours_late') }} as ends_at
    from provider_days
    inner join dating on dating.event = '{{ event }}'
    where provider_days.{{ column }} > 0
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

),

provider_counts as (

    select
        first_sights.campaign_id,
        first_sights.campaign_lead_id,
        first_sights.event,
        'provider_count' as method,
        min(days_with_activity.begins_at) as earliest,
        max(days_with_activity.ends_at) as latest,
        cast(null as timestamp with time zone) as event_at,
        true as is_free_of_outcome
    from first_sights
    inner join trusted_counts
        on first_sights.account_id = trusted_counts.account_id
        and first_sights.campaign_id = trusted_counts.campaign_id
        and first_sights.event = trusted_counts.event
    inner join days_with_activity
        on first_sights.account_id = days_with_activity.account_id
        and first_sights.campaign_id = days_with_activity.campaign_id
        and first_sights.event = days_with_activity.event
        and days_with_activity.begins_at < first_sights.latest
        and (first_sights.earliest is null or days_with_activity.ends_at > first_sights.earliest)
    where not first_sights.has_changed_sender
    group by first_sights.campaign_id, first_sights.campaign_lead_id, first_sights.event

)

select * from {{ ref('int_connection_evidence_independent') }}
union all
select * from provider_counts
