{{ config(materialized='ephemeral') }}

with people as (

    select * from {{ ref('int_leads_folded') }}

),

imports_per_lead as (

    select
        lead_id,
        count(distinct import_id) as import_count,
        bool_or(why = 'duplicate_in_file') as is_duplicate_in_file,
        -- A row that never arrived is no import.
        min(first_sent_at) filter (where first_seen_at is not null) as first_sent_at
    from {{ ref('int_import_rows_resolved') }}
    where target <> 'upstream'
    group by lead_id

)

select
    people.*,
    imports_per_lead.first_sent_at as first_import_at,
    coalesce(imports_per_lead.import_count, 0) as import_count,
    coalesce(imports_per_lead.is_duplicate_in_file, false) as is_duplicate_in_file,
    case
        when people.is_discovered then 'discovered'
        when imports_per_lead.first_sent_at <= coalesce(
            least(people.first_enrolled_at, people.first_listed_at), imports_per_lead.first_sent_at
        )
            then 'import_ledger'
        when people.first_enrolled_at is null and people.first_listed_at is null then 'never_arrived'
        when people.first_listed_at is null or people.first_enrolled_at <= people.first_listed_at
            then 'campaign_creation_time'
        when people.first_listed_at <= first_pulls.lists_first_read_at then 'left_censored'
        else 'first_seen_in_list'
    end as imported_at_method
from people
left join imports_per_lead on people.lead_id = imports_per_lead.lead_id
cross join {{ ref('int_first_pulls') }} as first_pulls
