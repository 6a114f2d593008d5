with campaigns as (

    select * from {{ ref('stg_heyreach__campaigns') }}

),

lists as (

    select * from {{ ref('stg_heyreach__lists') }}

),

sequences as (

    select * from {{ ref('stg_heyreach__campaign_sequences') }}

),

run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

-- A campaign deleted from HeyReach may still be named by leads that were read before.
named_by_leads as (

    select
        campaign_id,
        min(first_observed_at) as first_observed_at
    from {{ ref('stg_heyreach__campaign_leads') }}
    group by campaign_id

),

all_campaigns as (

    select campaign_id from campaigns
    union
    select campaign_id from named_by_leads

),

final as (

    select
        all_campaigns.campaign_id,
        coalesce(campaigns.campaign_name, 'Campaign ' || all_campaigns.campaign_id) as campaign_name,
        coalesce(campaigns.campaign_status, 'unknown') as campaign_status,
        coalesce(campaigns.is_present, false) as is_present,
        campaigns.list_id,
        coalesce(lists.list_name, campaigns.list_name) as list_name,
        cast(campaigns.account_ids as varchar) as account_ids,
        {{ json_array_length('campaigns.account_ids') }} as account_count,
        sequences.withdrawal_days,
        campaigns.progress_total,
        campaigns.progress_in_progress,
        campaigns.progress_pending,
        campaigns.progress_finished,
        campaigns.progress_failed,
        campaigns.progress_manually_stopped,
        campaigns.progress_excluded,
        coalesce(campaigns.created_at, campaigns.first_observed_at, named_by_leads.first_observed_at) as created_at,
        campaigns.started_at,
        coalesce(campaigns.last_changed_at, named_by_leads.first_observed_at) as updated_at,
        run_parameters.as_of
    from all_campaigns
    left join campaigns on all_campaigns.campaign_id = campaigns.campaign_id
    left join named_by_leads on all_campaigns.campaign_id = named_by_leads.campaign_id
    left join lists on campaigns.list_id = lists.list_id
    left join sequences on all_campaigns.campaign_id = sequences.campaign_id
    cross join run_parameters

)

select * from final
