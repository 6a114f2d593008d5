with leads as (

    select * from {{ ref('heyreach_leads') }}

),

connections as (

    select * from {{ ref('heyreach_connections') }}

),

run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

cohort as (

    select leads.lead_id
    from leads
    cross join run_parameters
    where leads.is_valid_profile_url
        and leads.imported_at >= run_parameters.since
        and leads.imported_at < run_parameters.until

),

furthest as (

    select
        cohort.lead_id,
        count(connections.connection_id) > 0 as is_enrolled,
        coalesce(bool_or(connections.is_sent or connections.is_waiting), false) as is_eligible,
        coalesce(bool_or(connections.is_sent), false) as is_sent,
        coalesce(bool_or(connections.is_accepted), false) as is_accepted
    from cohort
    left join connections on cohort.lead_id = connections.lead_id
    group by cohort.lead_id

),

stages as (

    select 1 as stage_order, 'imported' as stage, 'Imported' as stage_label, count(*) as people,
        'Distinct people with a valid profile URL, imported in the period' as what_it_counts
    from furthest
    union all
    select 2, 'enrolled', 'Enrolled in a campaign', count(*) filter (where is_enrolled),
        'The rest stand in a list that no running campaign has taken up yet'
    from furthest
    union all
    select 3, 'eligible', 'Eligible for a request', count(*) filter (where is_eligible),
        'The rest were already connected, excluded or stopped, gone with their campaign, or failed before a request'
    from furthest
    union all
    select 4, 'sent', 'Request sent', count(*) filter (where is_sent),
        'The rest wait in a queue behind their sender'
    from furthest
    union all
    select 5, 'accepted', 'Accepted', count(*) filter (where is_accepted),
        'So far: recent requests are still open'
    from furthest

),

final as (

    select
        stages.stage_order,
        stages.stage,
        stages.stage_label,
        stages.people,
        lag(stages.people) over (order by stages.stage_order) - stages.people as lost_here,
        {{ rate('stages.people', 'lag(stages.people) over (order by stages.stage_order)') }} as share_of_previous,
        {{ rate('stages.people', 'first_value(stages.people) over (order by stages.stage_order)') }} as share_of_first,
        stages.what_it_counts,
        run_parameters.since,
        run_parameters.until,
        run_parameters.as_of
    from stages
    cross join run_parameters

)

select * from final
