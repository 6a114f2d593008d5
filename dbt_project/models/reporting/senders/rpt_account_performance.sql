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
        {{ segment_columns() }},
        {%- for column in ['difference_within_lists', 'difference_within_lists_low', 'difference_within_lists_high'] %}
        case when effects.compared_sent >= run_parameters.hide_rate_below then effects.{{ column }} end as {{ column }},
        {%- endfor %}
        {%- for column in ['standardized_rate', 'standardized_rate_low', 'standardized_rate_high', 'standardized_share'] %}
        case when segments.mature_sent >= run_parameters.hide_rate_below then effects.{{ column }} end as {{ column }},
        {%- endfor %}
        days.sent_per_business_day,
        coalesce(days.business_days, 0) as business_days,
        coalesce(days.idle_days, 0) as idle_days,
        days.main_idle_reason,
        coalesce(days.limit_hit_days, 0) as limit_hit_days,
        cast(days.provider_sent as bigint) as provider_sent,
        coalesce(days.days_without_counts, 0) as days_without_counts,
        coalesce(queues.queued, 0) as queued,
        capacity.queued_running,
        capacity.can_send,
        capacity.unable_because,
        capacity.cause as blocked_by,
        capacity.sent_last_7_days,
        cast(least(capacity.weekly_limit, 5 * accounts.daily_request_limit) as bigint) as weekly_limit,
        capacity.queue_days,
        run_parameters.since,
        run_parameters.until,
        accounts.as_of
    from accounts
    left join segments on accounts.account_id = segments.segment
    left join {{ ref('rpt_account_days_counted') }} as days on accounts.account_id = days.account_id
    left join queues on accounts.account_id = queues.account_id
    left join capacity on accounts.account_id = capacity.account_id
    left join effects on accounts.account_id = effects.segment
    cross join run_parameters

)

select * from final
