with observations as (

    select
        campaign_id,
        observed_at,
        pull_id,
        content_hash,
        payload
    from {{ source('heyreach', 'campaigns') }}
    where pull_id in (select pulls.pull_id from {{ ref('stg_operations__pulls') }} as pulls)

),

named as (

    select
        campaign_id,
        observed_at,
        pull_id,
        content_hash,
        payload is not null as is_present,
        {{ payload_text('status') }} as campaign_status,
        {{ payload_text('linkedInUserListId') }} as list_id,
        payload -> '$.campaignAccountIds' as account_ids
    from observations

)

-- Raw is at-least-once: the same observation may stand there twice.
select distinct * from named
