with configured as (

    select * from {{ ref('heyreach_account_config') }}

),

listed as (

    select * from {{ ref('stg_heyreach__sender_accounts') }}

),

account_days as (

    select * from {{ ref('stg_heyreach__account_campaign_days') }}

),

run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

named_by_leads as (

    select
        account_id,
        max(account_name) as account_name,
        min(first_observed_at) as first_observed_at
    from {{ ref('stg_heyreach__campaign_leads') }}
    where account_id is not null
    group by account_id

),

named_by_campaigns as (

    select distinct unnest(from_json(account_ids, '["VARCHAR"]')) as account_id
    from {{ ref('stg_heyreach__campaigns') }}

),

all_accounts as (

    select account_id from configured
    union
    select account_id from listed
    union
    select account_id from named_by_leads
    union
    select account_id from named_by_campaigns

),

days_per_account as (

    select
        account_id,
        activity_date,
        sum(connections_sent) as connections_sent
    from account_days
    group by account_id, activity_date

),

activity as (

    select
        account_id,
        min(case when connections_sent > 0 then activity_date end) as first_sent_date
    from days_per_account
    group by account_id

),

limit_hits as (

    select
        days_per_account.account_id,
        count(*) as connection_limit_hits
    from days_per_account
    inner join listed on days_per_account.account_id = listed.account_id
    where listed.daily_request_limit > 0
        and days_per_account.connections_sent >= listed.daily_request_limit
    group by days_per_account.account_id

),

joined as (

    select
        all_accounts.account_id,
        coalesce(
            configured.label, listed.account_name, named_by_leads.account_name, 'Account ' || all_accounts.account_id
        ) as label,
        coalesce(listed.account_name, named_by_leads.account_name) as account_name,
        coalesce(configured.type, 'unknown') as account_type,
        {%- for field in account_fields() %}
        coalesce(configured.{{ field }}, 'unknown') as {{ field }},
        {%- endfor %}
        case
            when listed.account_id is null and configured.account_id is null then 'inferred'
            when listed.account_id is null then 'configured_not_listed'
            when configured.account_id is null then 'unmapped'
            else 'configured'
        end as configuration_status,
        {%- for field in account_fields() %}
        {{ 'and ' if not loop.first }}configured.{{ field }} is not null
        {%- endfor %} as is_metadata_complete,
        coalesce(listed.is_present, false) as is_listed,
        named_by_leads.account_id is null and named_by_campaigns.account_id is null as is_never_named,
        coalesce(cast(configured.is_active as boolean), listed.is_active and listed.is_present, false) as is_active,
        listed.is_auth_valid,
        listed.is_in_request_cooldown,
        listed.daily_request_limit,
        listed.daily_request_maximum,
        listed.active_campaigns,
        coalesce(cast(configured.rotation_started_on as date), activity.first_sent_date) as rotation_started_on,
        case
            when configured.rotation_started_on is not null then 'configured'
            when activity.first_sent_date is not null then 'first_request_sent'
            else 'unknown'
        end as rotation_started_method,
        coalesce(limit_hits.connection_limit_hits, 0) as connection_limit_hits,
        coalesce(listed.first_observed_at, named_by_leads.first_observed_at) as created_at,
        listed.last_changed_at as updated_at,
        run_parameters.as_of
    from all_accounts
    left join configured on all_accounts.account_id = configured.account_id
    left join listed on all_accounts.account_id = listed.account_id
    left join named_by_leads on all_accounts.account_id = named_by_leads.account_id
    left join named_by_campaigns on all_accounts.account_id = named_by_campaigns.account_id
    left join activity on all_accounts.account_id = activity.account_id
    left join limit_hits on all_accounts.account_id = limit_hits.account_id
    cross join run_parameters

),

final as (

    select
        account_id,
        account_id as id,
        label,
        account_name,
        account_type,
        {%- for field in account_fields() %}
        {{ field }},
        {%- endfor %}
        configuration_status,
        is_metadata_complete,
        is_listed,
        is_never_named,
        is_active,
        is_auth_valid,
        is_in_request_cooldown,
        daily_request_limit,
        daily_request_maximum,
        active_campaigns,
        rotation_started_on,
        rotation_started_method,
        cast({{ utc_date('as_of') }} - rotation_started_on as bigint) as account_age_days,
        connection_limit_hits,
        created_at,
        updated_at,
        as_of
    from joined

)

select * from final
