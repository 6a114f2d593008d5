{#- When anything last happened with a lead, for how long its data may be kept. -#}

with campaign_leads as (

    select
        *,
        'campaign' as found_in
    from {{ ref('stg_heyreach__campaign_leads') }}

),

identified as (

    select * from {{ ref('int_lead_rows_identified') }}

),

run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

per_row as (

    select
        identified.lead_id,
        identified.normalized_profile_url,
        identified.first_observed_at,
        case identified.found_in
            when 'campaign' then greatest(campaign_leads.last_action_at, campaign_leads.failed_at, campaign_leads.created_at)
            -- Of an import that is when it was planned; that somebody stands in a list is no activity.
            when 'import' then identified.first_observed_at
        end as active_at
    from identified
    left join campaign_leads
        -- Equal columns: a plain condition on one side would make DuckDB try every row with every other.
        on identified.found_in = campaign_leads.found_in
        and identified.container_id = campaign_leads.campaign_id
        and identified.row_key = campaign_leads.campaign_lead_id

)

select
    per_row.lead_id,
    max(per_row.normalized_profile_url) as normalized_profile_url,
    coalesce(max(per_row.active_at), max(per_row.first_observed_at)) as last_active_at,
    max(run_parameters.as_of) as as_of
from per_row
cross join run_parameters
group by per_row.lead_id
