with newest as (

    {{ newest_observations('campaigns', ['campaign_id']) }}

),

named as (

    select
        campaign_id,
        {{ payload_text('name') }} as campaign_name,
        {{ payload_text('status') }} as campaign_status,
        {{ payload_text('linkedInUserListId') }} as list_id,
        {{ payload_text('linkedInUserListName') }} as list_name,
        payload -> '$.campaignAccountIds' as account_ids,
        {{ payload_timestamp('creationTime') }} as created_at,
        {{ payload_timestamp('startedAt') }} as started_at,
        {{ payload_integer('progressStats.totalUsers') }} as progress_total,
        {{ payload_integer('progressStats.totalUsersInProgress') }} as progress_in_progress,
        {{ payload_integer('progressStats.totalUsersPending') }} as progress_pending,
        {{ payload_integer('progressStats.totalUsersFinished') }} as progress_finished,
        {{ payload_integer('progressStats.totalUsersFailed') }} as progress_failed,
        {{ payload_integer('progressStats.totalUsersManuallyStopped') }} as progress_manually_stopped,
        {{ payload_integer('progressStats.totalUsersExcluded') }} as progress_excluded,
        is_present,
        first_observed_at,
        last_changed_at,
        payload
    from newest

)

select * from named
