with newest as (

    {{ newest_observations('campaign_sequences', ['campaign_id']) }}

),

-- The steps form a tree of any depth; the setting is looked for wherever it stands. 0 means "never".
settings as (

    select
        campaign_id,
        list_transform(
            json_extract_string(payload, '$..toBeWithdrawnAfterDays'),
            lambda days: nullif(try_cast(days as bigint), 0)
        ) as all_days,
        list_filter(
            list_concat(
                [payload], json_extract(payload, '$..conditionalNode'), json_extract(payload, '$..unconditionalNode')
            ),
            lambda step: step ->> '$.nodeType' = 'CONNECTION_REQUEST'
        ) as requests,
        first_observed_at,
        last_changed_at,
        payload
    from newest

),

-- What may come next while a request is open. A message needs a connection; a step that names no delay has none.
next_steps as (

    select
        *,
        list_filter(
            flatten(list_transform(
                requests, lambda request: [request -> '$.conditionalNode', request -> '$.unconditionalNode']
            )),
            lambda step: step ->> '$.nodeType' not in ('END', 'MESSAGE')
        ) as steps_after_request
    from settings

),

named as (

    select
        campaign_id,
        list_min(list_filter(all_days, lambda days: days > 0)) as withdrawal_days,
        list_min(list_transform(
            steps_after_request,
            lambda step: coalesce(try_cast(step ->> '$.actionDelay' as bigint), 0)
            * case when upper(step ->> '$.actionDelayUnit') = 'DAY' then 24 else 1 end
        )) as next_step_hours,
        first_observed_at,
        last_changed_at,
        payload
    from next_steps

)

select * from named
