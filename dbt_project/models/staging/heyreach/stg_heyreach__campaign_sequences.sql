with newest as (

    {{ newest_observations('campaign_sequences', ['campaign_id']) }}

),

-- HeyReach may say that a campaign has no sequence, or none any more.
sequences as (

    select
        campaign_id,
        is_present as has_sequence,
        first_observed_at,
        last_changed_at,
        case when is_present then payload end as payload
    from newest

),

-- The steps form a tree of any depth; the setting is looked for wherever it stands.
settings as (

    select
        campaign_id,
        has_sequence,
        list_transform(
            json_extract_string(payload, '$..toBeWithdrawnAfterDays'),
            lambda days: try_cast(days as bigint)
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
    from sequences

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
        has_sequence,
        list_min(list_filter(all_days, lambda days: days > 0)) as withdrawal_days,
        -- null and 0 both mean never; a step that doesn't name the setting at all says nothing.
        coalesce(len(requests), 0) > 0
        and len(list_filter(
            requests,
            lambda request: json_type(request, '$.payload.toBeWithdrawnAfterDays') = 'NULL'
            or (request ->> '$.payload.toBeWithdrawnAfterDays') = '0'
        )) = len(requests) as is_never_withdrawn,
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
