with accounts as (

    select * from {{ ref('heyreach_accounts') }}

),

segments as (

    select * from {{ ref('rpt_segment_performance') }}
    where dimension = 'account'

),

run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

account_days as (

    select
        account_days.*,
        -- The as-of's own day is still running.
        account_days.activity_date < {{ utc_date('run_parameters.as_of') }} as is_over
    from {{ ref('heyreach_account_days') }} as account_days
    cross join {{ ref('stg_operations__run_parameters') }} as run_parameters
    where account_days.activity_date >= {{ utc_date('run_parameters.since') }}
        and account_days.activity_date < {{ utc_date('run_parameters.until') }}

),

capacity as (

    select * from {{ ref('fnd_sender_capacity') }}

),

effects as (

    select * from {{ ref('fnd_account_effects') }}
    where dimension = 'account'

),

queues as (

    select
        account_id,
        count(*) as queued
    from {{ ref('heyreach_connections') }}
    where is_waiting and account_id is not null
    group by account_id

),

days as (

    select
        account_id,
        count(*) filter (where is_business_day and is_over) as business_days,
        count(*) filter (where is_idle) as idle_days,
        count(*) filter (where is_limit_hit) as limit_hit_days,
        sum(sent) as provider_sent,
        count(*) filter (where sent is null) as days_without_counts,
        avg(case when is_business_day and is_over then sent end) as sent_per_business_day
    from account_days
    group by account_id

),

idle_reasons as (

    select
        account_id,
        idle_reason,
        row_number() over (partition by account_id order by count(*) desc, idle_reason) as reason_rank
    from account_days
    where is_idle
    group by account_id, idle_reason

),

final as (

    select
        accounts.account_id,
        accounts.label,
        accounts.account_type,
        accounts.configuration_status,
        accounts.is_listed,
        accounts.is_active,
        accounts.is_auth_valid,
        accounts.is_in_request_cooldown,
        accounts.daily_request_limit,
        {%- for count in fact_counts() %}
        coalesce(segments.{{ count }}, 0) as {{ count }},
        {%- endfor %}
        segments.accept_rate,
        segments.ci_low,
        segments.ci_high,
        segments.accepted_to_date_rate,
        segments.accept_rate_low,
        segments.accept_rate_high,
        segments.rate_withheld_because,
        coalesce(segments.sent_low, 0) as sent_low,
        coalesce(segments.sent_high, 0) as sent_high,
        coalesce(segments.accepted_low, 0) as accepted_low,
        coalesce(segments.accepted_high, 0) as accepted_high,
        case when effects.compared_sent >= run_parameters.hide_rate_below then effects.difference_within_lists end as difference_within_lists,
        case when segments.mature_sent >= run_parameters.hide_rate_below then effects.standardized_rate end as standardized_rate,
        case when segments.mature_sent >= run_parameters.hide_rate_below then effects.standardized_share end as standardized_share,
        days.sent_per_business_day,
        coalesce(days.business_days, 0) as business_days,
        coalesce(days.idle_days, 0) as idle_days,
        idle_reasons.idle_reason as main_idle_reason,
        coalesce(days.limit_hit_days, 0) as limit_hit_days,
        cast(days.provider_sent as bigint) as provider_sent,
        coalesce(days.days_without_counts, 0) as days_without_counts,
        coalesce(queues.queued, 0) as queued,
        capacity.queued_running,
        capacity.can_send,
        capacity.cause as blocked_by,
        capacity.sent_last_7_days,
        cast(capacity.weekly_limit as bigint) as weekly_limit,
        capacity.queue_days,
        run_parameters.since,
        run_parameters.until,
        accounts.as_of
    from accounts
    left join segments on accounts.account_id = segments.segment
    left join days on accounts.account_id = days.account_id
    left join idle_reasons
        on accounts.account_id = idle_reasons.account_id
        and idle_reasons.reason_rank = 1
    left join queues on accounts.account_id = queues.account_id
    left join capacity on accounts.account_id = capacity.account_id
    left join effects on accounts.account_id = effects.segment
    cross join run_parameters

)

select * from final
