with reconciled as (

    select
        cast(sum(seen_in_statuses) filter (where event = 'sent') as bigint) as reconciled_sent,
        cast(sum(counted_by_heyreach) filter (where event = 'sent') as bigint) as provider_sent,
        cast(sum(seen_in_statuses) filter (where event = 'accepted') as bigint) as reconciled_accepted,
        cast(sum(counted_by_heyreach) filter (where event = 'accepted') as bigint) as provider_accepted,
        cast(count(*) filter (where not is_within_tolerance) as bigint) as reconciliations_apart
    from {{ ref('rpt_reconciliation') }}

),

totals as (

    select
        {%- for count in fact_counts() + doubt_counts() %}
        cast(coalesce(sum({{ count }}), 0) as bigint) as {{ count }}{{ ',' if not loop.last }}
        {%- endfor %},
        coalesce(sum(sent) filter (where sent_undated = 0), 0) as sent_dated
    from {{ ref('fnd_period_facts') }} as facts

),

-- In total HeyReach's counts say how many were asked, wherever they could be read.
bounds as (

    select
        {%- for count in undecided_counts() %}
        cast(coalesce(sum({{ count }}_fewer), 0) as bigint) as {{ count }}_fewer,
        cast(coalesce(sum({{ count }}_more), 0) as bigint) as {{ count }}_more{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('fnd_segment_bounds') }}
    where dimension = 'all'

),

people as (

    select
        count(*) as people_known,
        count(*) filter (where not is_valid_profile_url) as invalid_profile_urls,
        count(*) filter (where spelling_count > 1) as people_with_several_spellings,
        count(*) filter (where campaign_count > 1) as people_in_several_campaigns
    from {{ ref('heyreach_leads') }} as leads
    where {{ came_in() }}

),

keywords as (

    select count(*) filter (where verdict = 'collecting') as keywords_collecting
    from {{ ref('rpt_segment_performance') }}
    where dimension = 'keyword'

),

account_metadata as (

    select max(sent_coverage) as account_metadata_coverage
    from {{ ref('rpt_attribution_coverage') }}
    where scope = 'accounts'

),

requests as (

    select
        count(*) filter (where is_waiting) as queued,
        count(*) filter (where is_sent and is_attribution_complete) as sent_with_attribution
    from {{ ref('heyreach_connections') }} as connections

),

-- No count of a time before the first pull says that there was nothing then.
first_pulls as (

    select * from {{ ref('int_first_pulls') }}

),

final as (

    select
        run_parameters.since,
        run_parameters.until,
        run_parameters.since < run_parameters.as_of as is_begun,
        run_parameters.until <= run_parameters.as_of as is_over,
        first_pulls.watched_from,
        case
            when run_parameters.until <= first_pulls.watched_from then 'none'
            when run_parameters.since < first_pulls.watched_from then 'part'
            else 'whole'
        end as watched,
        run_parameters.is_demo,
        run_parameters.acceptance_window_days,
        run_parameters.detection_lag_days,
        run_parameters.hide_rate_below,
        {%- for count in fact_counts() %}
        totals.{{ count }},
        {%- endfor %}
        {{ rate('totals.mature_sent', 'totals.sent') }} as mature_share,
        {{ accept_rate_columns() }},
        {{ accepted_to_date_rate() }} as accepted_to_date_rate,
        {{ reply_rate() }} as reply_rate,
        {{ count_bound_columns() }},
        totals.already_connected,
        totals.undecided,
        totals.out_of_sight,
        -- As after the first pull: a rate on the few that can be dated would stand on too little.
        totals.sent_undated > 0 and totals.sent_undated >= totals.sent_dated as is_mostly_undated,
        people.people_known,
        people.invalid_profile_urls,
        people.people_with_several_spellings,
        people.people_in_several_campaigns,
        requests.queued,
        {{ rate('requests.sent_with_attribution', 'totals.sent_to_date') }} as attribution_coverage,
        account_metadata.account_metadata_coverage,
        keywords.keywords_collecting,
        reconciled.reconciled_sent,
        reconciled.provider_sent,
        reconciled.reconciled_accepted,
        reconciled.provider_accepted,
        reconciled.reconciliations_apart,
        run_parameters.as_of
    from totals
    cross join bounds
    cross join people
    cross join requests
    cross join reconciled
    cross join keywords
    cross join account_metadata
    cross join first_pulls
    cross join {{ ref('stg_operations__run_parameters') }} as run_parameters

)

select * from final
