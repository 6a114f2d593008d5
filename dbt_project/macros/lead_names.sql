{#- Names of the leads of a relation (lead_id), as they stand in HeyReach's rows of campaigns and lists, or as a search found them. -#}
{% macro lead_names(leads) -%}
with lead_rows as (

    select * from {{ ref('int_lead_rows_identified') }}
    where lead_id in (select lead_id from {{ leads }})

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
    lead_id,
    {{ first_by('first_name', 'place') }} as first_name,
    {{ first_by('last_name', 'place') }} as last_name
from named
group by lead_id
{%- endmacro %}
