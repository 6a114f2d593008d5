{#- What an agency's page says of a client: the report's headline, without its sentences. -#}

with pulls as (

    select max(finished_at) as newest_pull_at
    from {{ ref('stg_operations__pulls') }}
    where resource = 'pull' and is_complete

),

senders as (

    select
        count(*) as senders,
        count(*) filter (where can_send) as senders_able
    from {{ ref('rpt_account_performance') }}
    where is_listed

)

select
    summary.as_of,
    summary.is_demo,
    summary.since,
    summary.until,
    summary.watched_from,
    pulls.newest_pull_at,
    summary.acceptance_window_days,
    summary.detection_lag_days,
    summary.hide_rate_below,
    summary.leads_imported,
    summary.sent,
    summary.sent_low,
    summary.sent_high,
    summary.accepted,
    summary.accepted_low,
    summary.accepted_high,
    summary.mature_sent,
    summary.mature_accepted,
    summary.accept_rate,
    summary.ci_low,
    summary.ci_high,
    summary.rate_withheld_because,
    earlier.mature_sent as earlier_mature_sent,
    earlier.mature_accepted as earlier_mature_accepted,
    earlier.rate_withheld_because as earlier_rate_withheld_because,
    summary.queued,
    summary.attribution_coverage,
    senders.senders,
    senders.senders_able,
    diagnosis.alarms,
    diagnosis.alarms_blind,
    diagnosis.alarms_blocked,
    diagnosis.alarms_starved,
    diagnosis.alarms_losing,
    diagnosis.recoverable_accepts_per_week,
    diagnosis.worth_low,
    diagnosis.worth_high
from {{ ref('rpt_summary') }} as summary
cross join {{ ref('rpt_diagnosis') }} as diagnosis
cross join pulls
cross join senders
left join {{ ref('rpt_headline') }} as earlier on earlier.span = 'before'
