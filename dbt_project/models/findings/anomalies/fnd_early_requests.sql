{#- Requests judged early: alarms, and whoever has nothing older yet, can't wait for the whole window. A request is judged by the
    first complete read of its campaign after its early window: what that read shows as accepted is accepted early, so nobody has
    to know on which side of the window's end an acceptance lies. Reads come sooner or later after it, and later ones find more, so
    a request counts as much as its read usually finds (`exposure`). Where the read comes later than dates are known to,
    the request is left out whatever became of it: a gap between pulls must not look like a drop. -#}

with connections as (

    select * from {{ ref('heyreach_connections') }}
    where sent_cohort_at is not null and account_id is not null

),

run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

reads as (

    select
        campaign_id,
        started_at,
        finished_at
    from {{ ref('int_campaign_pulls_ordered') }}
    where is_complete

),

incidence as (

    select * from {{ ref('fnd_acceptance_incidence') }}

),

early_share as (

    select max(incidence.share_accepted) as share_accepted
    from incidence
    cross join run_parameters
    where incidence.hours <= run_parameters.early_window_days * 24

),

-- Only whole days, and long enough ago for the read to have come.
old_enough as (

    select
        connections.connection_id,
        connections.campaign_id,
        connections.account_id,
        coalesce(connections.list_id, 'no_list') as list_id,
        connections.sent_cohort_at,
        connections.connection_accepted_latest,
        connections.last_seen_at,
        {{ days_after('connections.sent_cohort_at', 'run_parameters.early_window_days') }} as window_ends_at,
        run_parameters.dating_resolution_days
    from connections
    cross join run_parameters
    where {{ days_after(
        utc_midnight(utc_date('connections.sent_cohort_at')),
        'run_parameters.early_window_days + run_parameters.detection_lag_days + 1'
    ) }} <= run_parameters.as_of

),

judged as (

    select
        old_enough.*,
        reads.started_at as judged_at,
        {{ hours_between('old_enough.sent_cohort_at', 'reads.started_at') }} as hours_watched,
        coalesce(old_enough.connection_accepted_latest <= reads.finished_at, false) as is_accepted_early
    from old_enough
    asof inner join reads
        on old_enough.campaign_id = reads.campaign_id
        and old_enough.window_ends_at <= reads.started_at

)

select
    judged.connection_id,
    {{ utc_date('judged.sent_cohort_at') }} as sent_date,
    judged.account_id,
    judged.list_id,
    judged.is_accepted_early,
    coalesce(incidence.share_accepted / nullif(early_share.share_accepted, 0), 1) as exposure
from judged
asof left join incidence on judged.hours_watched >= incidence.hours
cross join early_share
where judged.judged_at <= {{ days_after('judged.window_ends_at', 'judged.dating_resolution_days') }}
    -- What vanished open before it was read is known to nobody; an acceptance seen in time is.
    and (judged.is_accepted_early or judged.last_seen_at >= judged.judged_at)
