{#- Names of people, as they stand in HeyReach's rows of campaigns and lists, or as a search found them. -#}
with lead_rows as (

    select * from {{ ref('int_lead_rows_identified') }}

),

named as (

    select
        lead_rows.lead_id,
        (lead_rows.found_in, lead_rows.container_id, lead_rows.row_key) as place,
        in_campaigns.first_name,
        in_campaigns.last_name
    from lead_rows
    inner join {{ ref('stg_heyreach__campaign_leads') }} as in_campaigns
        on lead_rows.container_id = in_campaigns.campaign_id and lead_rows.row_key = in_campaigns.campaign_lead_id
    where lead_rows.found_in = 'campaign'
    union all
    select
        lead_rows.lead_id,
        (lead_rows.found_in, lead_rows.container_id, lead_rows.row_key) as place,
        in_lists.first_name,
        in_lists.last_name
    from lead_rows
    inner join {{ ref('stg_heyreach__list_leads') }} as in_lists
        on lead_rows.container_id = in_lists.list_id and lead_rows.row_key = in_lists.list_row_key
    where lead_rows.found_in = 'list'
    union all
    select
        lead_rows.lead_id,
        (lead_rows.found_in, lead_rows.container_id, lead_rows.row_key) as place,
        discovered.first_name,
        discovered.last_name
    from lead_rows
    inner join {{ ref('int_people_discovered') }} as discovered
        on lead_rows.container_id = discovered.integration and lead_rows.row_key = discovered.key
    where lead_rows.found_in = 'discovery'

)

select
    named.lead_id,
    {{ first_by('named.first_name', 'named.place') }} as first_name,
    {{ first_by('named.last_name', 'named.place') }} as last_name,
    run_parameters.as_of
from named
cross join {{ ref('stg_operations__run_parameters') }} as run_parameters
group by named.lead_id, run_parameters.as_of
-- So that a page of it, and one lead, is found in a small part of the file.
order by named.lead_id
