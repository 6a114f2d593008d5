with campaigns as (

    select * from {{ ref('heyreach_campaigns') }}

),

segments as (

    select * from {{ ref('rpt_segment_performance') }}
    where dimension = 'campaign'

),

statuses as (

    select
        connections.campaign_id,
        count(*) as enrolled,
        count(*) filter (where connections.is_waiting) as queued,
        count(*) filter (where connections.status in ('sent', 'pending')) as open_requests,
        -- What may soon be answered, and what may still be judged: a nightly pull has to look.
        count(*) filter (
            where connections.status in ('sent', 'pending')
                and {{ days_after(
                    'coalesce(connections.sent_cohort_at, connections.sent_cohort_earliest, connections.sent_cohort_latest)',
                    'coalesce(campaigns.withdrawal_days, run_parameters.expiry_days)'
                ) }} > run_parameters.as_of
        ) as fresh_requests,
        count(*) filter (
            where connections.is_sent
                and connections.sent_cohort_at is not null
                and not connections.is_mature
                and not connections.is_out_of_sight
                and not connections.is_window_end_unwatched
        ) as maturing_requests,
        count(*) filter (where connections.status = 'expired') as expired,
        count(*) filter (where connections.status = 'failed') as failed,
        count(*) filter (where connections.status = 'excluded') as excluded,
        count(*) filter (where connections.status = 'already_connected') as already_connected
    from {{ ref('heyreach_connections') }} as connections
    inner join campaigns on connections.campaign_id = campaigns.campaign_id
    cross join {{ ref('stg_operations__run_parameters') }} as run_parameters
    group by connections.campaign_id

),

times_to_accept as (

    select * from {{ ref('rpt_time_to_accept') }}
    where dimension = 'campaign'

),

reconciled as (

    select
        campaign_id,
        cast(sum(gap) filter (where event = 'sent') as bigint) as sent_gap,
        cast(sum(gap) filter (where event = 'accepted') as bigint) as accepted_gap
    from {{ ref('rpt_reconciliation') }}
    group by campaign_id

),

final as (

    select
        campaigns.campaign_id,
        campaigns.campaign_name,
        campaigns.campaign_status,
        case
            when campaigns.is_present then coalesce(campaign_statuses.word, lower(replace(campaigns.campaign_status, '_', ' ')))
            else 'gone'
        end as campaign_state,
        campaigns.is_present,
        campaigns.list_name,
        campaigns.withdrawal_days,
        {{ segment_columns() }},
        {{ rate('segments.mature_sent', 'segments.sent') }} as mature_share,
        times_to_accept.median_hours,
        reconciled.sent_gap,
        reconciled.accepted_gap,
        coalesce(statuses.enrolled, 0) as enrolled,
        coalesce(statuses.queued, 0) as queued,
        coalesce(statuses.open_requests, 0) as open_requests,
        coalesce(statuses.fresh_requests + statuses.maturing_requests, 0) = 0 as is_settled,
        coalesce(statuses.expired, 0) as expired,
        coalesce(statuses.failed, 0) as failed,
        coalesce(statuses.excluded, 0) as excluded,
        coalesce(statuses.already_connected, 0) as already_connected,
        campaigns.progress_total,
        campaigns.progress_in_progress,
        campaigns.progress_pending,
        campaigns.progress_finished,
        campaigns.progress_failed,
        run_parameters.since,
        run_parameters.until,
        campaigns.as_of
    from campaigns
    {{ join_status('campaign_statuses', 'campaigns.campaign_status') }}
    left join segments on campaigns.campaign_id = segments.segment
    left join times_to_accept on campaigns.campaign_id = times_to_accept.segment
    left join reconciled on campaigns.campaign_id = reconciled.campaign_id
    left join statuses on campaigns.campaign_id = statuses.campaign_id
    cross join {{ ref('stg_operations__run_parameters') }} as run_parameters

)

select * from final
