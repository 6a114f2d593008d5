{#- Imports through this tool, from its ledger; and batches that came into HeyReach some other way, as far as its
    lists show them: what was dropped before they got there is not known. -#}

with import_leads as (

    select * from {{ ref('heyreach_import_leads') }}

),

imports as (

    select * from {{ ref('stg_importer__imports') }}

),

lead_sources as (

    select * from {{ ref('lead_sources') }}

),

run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

-- A request holds leads of one source only, so HeyReach's counters can be told apart by source.
requests as (

    select * from {{ ref('int_import_requests') }}

),

counters as (

    select
        requests.import_id,
        coalesce(lead_sources.source, lower(requests.request_source), 'unknown') as source,
        count(*) as requests,
        count(*) filter (where requests.added is null) as requests_unanswered,
        sum(requests.added) as added,
        sum(requests.updated) as updated,
        sum(requests.failed) as failed
    from requests
    left join lead_sources on lower(requests.request_source) = lead_sources.alias
    group by all

),

ledger_batches as (

    select
        import_leads.import_id,
        import_leads.source,
        count(*) as file_rows,
        count(import_leads.normalized_profile_url) as valid_rows,
        count(distinct import_leads.normalized_profile_url) as people,
        {%- for reason in import_reasons() %}
        count(*) filter (where import_leads.state = 'left_out' and import_leads.why = '{{ reason }}') as left_out_{{ reason }},
        {%- endfor %}
        count(*) filter (where import_leads.times_sent > 0) as sent,
        {%- for state in ('verified', 'missing_lead', 'missing_fields', 'changed_fields', 'refused') %}
        count(*) filter (where import_leads.state = '{{ state }}') as {{ state }},
        {%- endfor %}
        count(*) filter (where import_leads.state in ('planned', 'sending', 'unknown', 'answered')) as unfinished,
        count(*) filter (where import_leads.first_seen_at is not null) as arrived
    from import_leads
    group by import_leads.import_id, import_leads.source

),

first_pulls as (

    select * from {{ ref('int_first_pulls') }}

),

observed_batches as (

    select
        batch_id as import_id,
        source,
        case when count(distinct list_id) = 1 then min(list_id) end as list_id,
        -- Whoever stood in a list when lists were first read may have been there for ever.
        case when min(first_observed_at) > max(first_pulls.lists_first_read_at) then min(first_observed_at) end as imported_at,
        count(*) as list_rows,
        count(normalized_profile_url) as valid_rows,
        count(distinct normalized_profile_url) as people
    from {{ ref('int_batch_rows_listed') }}
    cross join first_pulls
    group by batch_id, source

),

final as (

    select
        ledger_batches.import_id,
        ledger_batches.source,
        'ledger' as known_from,
        imports.target,
        imports.campaign_id,
        imports.list_id,
        imports.file_name,
        imports.mapping,
        imports.sender_choice,
        imports.planned_at as imported_at,
        ledger_batches.file_rows,
        ledger_batches.valid_rows,
        ledger_batches.people,
        {%- for reason in import_reasons() %}
        ledger_batches.left_out_{{ reason }},
        {%- endfor %}
        ledger_batches.sent,
        counters.requests,
        counters.requests_unanswered,
        cast(counters.added as bigint) as added,
        cast(counters.updated as bigint) as updated,
        cast(counters.failed as bigint) as failed,
        ledger_batches.arrived,
        ledger_batches.verified,
        ledger_batches.missing_lead,
        ledger_batches.missing_fields,
        ledger_batches.changed_fields,
        ledger_batches.refused,
        ledger_batches.unfinished
    from ledger_batches
    inner join imports on ledger_batches.import_id = imports.import_id
    left join counters
        on ledger_batches.import_id = counters.import_id
        and ledger_batches.source = counters.source
    where imports.target <> 'upstream'
    union all
    select
        import_id,
        source,
        'lists' as known_from,
        cast(null as varchar) as target,
        cast(null as varchar) as campaign_id,
        list_id,
        cast(null as varchar) as file_name,
        cast(null as varchar) as mapping,
        cast(null as varchar) as sender_choice,
        imported_at,
        list_rows as file_rows,
        valid_rows,
        people,
        {%- for reason in import_reasons() %}
        cast(null as bigint) as left_out_{{ reason }},
        {%- endfor %}
        cast(null as bigint) as sent,
        cast(null as bigint) as requests,
        cast(null as bigint) as requests_unanswered,
        cast(null as bigint) as added,
        cast(null as bigint) as updated,
        cast(null as bigint) as failed,
        people as arrived,
        cast(null as bigint) as verified,
        cast(null as bigint) as missing_lead,
        cast(null as bigint) as missing_fields,
        cast(null as bigint) as changed_fields,
        cast(null as bigint) as refused,
        cast(null as bigint) as unfinished
    from observed_batches

)

select
    md5(final.import_id || '|' || final.source) as import_source_id,
    final.*,
    run_parameters.as_of
from final
cross join run_parameters
