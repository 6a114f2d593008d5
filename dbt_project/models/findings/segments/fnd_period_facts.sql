{#- What the reports count: each connection and each person once, as 0 or 1 in the counts they add to. Every
    breakdown sums these columns, so breakdowns add up to the total by construction. Whoever is undecided adds to `undecided_...`
    what they are if asked; fnd_segment_bounds says how many of them are. -#}

with run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

-- Those of whom nobody knows whether they were asked, dated as if they were.
undecided as (

    select
        campaign_id,
        campaign_lead_id,
        undecided_group,
        sent_cohort_at,
        sent_cohort_earliest,
        sent_cohort_latest,
        accepted_at,
        accepted_earliest,
        accepted_latest,
        is_mature and is_within_window as is_mature
    from {{ ref('int_connections_dated') }}
    where is_undecided

),

connections_in_period as (

    select
        connections.*,
        undecided.undecided_group,
        {{ is_in_period(
            'undecided.sent_cohort_at', 'undecided.sent_cohort_earliest', 'undecided.sent_cohort_latest'
        ) }} as is_undecided_sent,
        {{ is_in_period('undecided.accepted_at', 'undecided.accepted_earliest', 'undecided.accepted_latest') }} as is_undecided_accepted,
        coalesce(undecided.is_mature, false) as is_undecided_mature,
        {{ is_in_period(
            'undecided.sent_cohort_at', 'undecided.sent_cohort_earliest', 'undecided.sent_cohort_latest', evidence_since()
        ) }} as is_undecided_evidence,
        {{ is_in_period(
            'connections.sent_cohort_at', 'connections.sent_cohort_earliest', 'connections.sent_cohort_latest'
        ) }} as is_sent_in_period,
        {{ is_in_period(
            'connections.sent_cohort_at', 'connections.sent_cohort_earliest', 'connections.sent_cohort_latest', evidence_since()
        ) }} as is_evidence,
        {{ is_in_period(
            'connections.connection_accepted_at', 'connections.connection_accepted_earliest', 'connections.connection_accepted_latest'
        ) }} as is_accepted_in_period,
        coalesce(
            connections.is_sent
            and connections.sent_cohort_at is null
            and connections.sent_cohort_latest >= since
            and coalesce(connections.sent_cohort_earliest < until, true),
            false
        ) as is_sent_without_date
    from {{ ref('fnd_connections_described') }} as connections
    left join undecided
        on connections.campaign_id = undecided.campaign_id
        and connections.campaign_lead_id = undecided.campaign_lead_id
    cross join run_parameters

),

connection_facts as (

    select
        connection_id,
        lead_id,
        {%- for entry in dimensions() %}
        {{ entry.get('several', entry.column) }},
        {%- endfor %}
        0 as leads_imported,
        0 as leads_undated,
        cast(is_sent_in_period as integer) as sent,
        cast(is_accepted_in_period as integer) as accepted,
        cast(is_sent_without_date as integer) as sent_undated,
        cast(is_sent as integer) as sent_to_date,
        cast(is_accepted as integer) as accepted_to_date,
        cast(is_sent_in_period and is_mature as integer) as mature_sent,
        cast(is_sent_in_period and is_mature and is_accepted_in_window as integer) as mature_accepted,
        cast(is_sent_in_period and is_mature and is_accepted_in_window and is_replied as integer) as mature_replied,
        cast(is_sent_in_period and is_mature and is_surely_accepted_in_window as integer) as mature_accepted_surely,
        cast(is_sent_in_period and is_mature and is_possibly_accepted_in_window as integer) as mature_accepted_possibly,
        cast(is_sent_in_period and is_out_of_sight as integer) as out_of_sight,
        cast(status = 'already_connected' as integer) as already_connected,
        cast(is_undecided as integer) as undecided,
        cast(is_evidence and is_mature as integer) as evidence_sent,
        cast(is_evidence and is_mature and is_accepted_in_window as integer) as evidence_accepted,
        cast(is_evidence and is_mature and is_surely_accepted_in_window as integer) as evidence_accepted_surely,
        cast(is_evidence and is_mature and is_possibly_accepted_in_window as integer) as evidence_accepted_possibly,
        cast(is_evidence and is_out_of_sight as integer) as evidence_out_of_sight,
        undecided_group,
        cast(is_undecided_sent as integer) as undecided_sent,
        cast(is_undecided_accepted as integer) as undecided_accepted,
        cast(is_undecided as integer) as undecided_sent_to_date,
        cast(is_undecided as integer) as undecided_accepted_to_date,
        cast(is_undecided_sent and is_undecided_mature as integer) as undecided_mature,
        cast(is_undecided_evidence and is_undecided_mature as integer) as undecided_evidence
    from connections_in_period

),

lead_facts as (

    select
        cast(null as varchar) as connection_id,
        leads.lead_id,
        {%- for entry in dimensions() %}
        {%- set column = entry.get('several', entry.column) %}
        {{ entry.get('from', 'leads.' ~ entry.get('of_person', column)) }} as {{ column }},
        {%- endfor %}
        cast(
            coalesce(
                leads.imported_at >= run_parameters.since and leads.imported_at < run_parameters.until, false
            ) as integer
        ) as leads_imported,
        cast(leads.imported_at_method = 'left_censored' as integer) as leads_undated,
        {%- for count in fact_counts()[2:] + doubt_counts() %}
        0 as {{ count }},
        {%- endfor %}
        cast(null as varchar) as undecided_group,
        {%- for count in undecided_counts() %}
        0 as undecided_{{ count }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('heyreach_leads') }} as leads
    inner join (select lead_id, lead_tier as tier from {{ ref('heyreach_leads') }}) as scores on leads.lead_id = scores.lead_id
    left join {{ ref('heyreach_accounts') }} as accounts on leads.first_account_id = accounts.account_id
    left join {{ ref('company_industries') }} as industries on lower(trim(accounts.industry)) = industries.alias
    cross join run_parameters
    where leads.is_valid_profile_url and {{ came_in('leads') }}

)

select * from connection_facts
union all
select * from lead_facts
