with newest as (

    {{ newest_observations('campaign_sequences', ['campaign_id']) }}

),

-- The steps form a tree of any depth; the setting is looked for wherever it stands. 0 means "never".
withdrawal_settings as (

    select
        campaign_id,
        list_transform(
            json_extract_string(payload, '$..toBeWithdrawnAfterDays'),
            lambda days: nullif(try_cast(days as bigint), 0)
        ) as all_days,
        first_observed_at,
        last_changed_at,
        payload
    from newest

),

named as (

    select
        campaign_id,
        list_min(list_filter(all_days, lambda days: days > 0)) as withdrawal_days,
        first_observed_at,
        last_changed_at,
        payload
    from withdrawal_settings

)

select * from named
