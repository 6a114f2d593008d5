{#- What attribution is read from: every observed state of every list member, what imports sent of those who
    arrived, and lists supplied as files. `origin` says which.
    Values that the reference seeds know are brought to their canonical spelling; others are kept in lower case
    and counted by a test, so that a new source shows up under its own name. -#}

with list_evidence as (

    select
        'list' as origin,
        identified.lead_id,
        cast(null as varchar) as campaign_id,
        observations.list_id,
        observations.list_row_key as row_key,
        observations.observed_at,
        observations.content_hash,
        row_number() over (
            partition by observations.list_id, observations.list_row_key
            order by observations.observed_at desc, observations.content_hash
        ) > 1 as is_superseded,
        {%- for field in attribution_fields() %}
        observations.custom_{{ field }},
        {%- endfor %}
        observations.heyreach_company_name,
        observations.heyreach_position,
        observations.heyreach_headline,
        observations.respelled_fields
    from {{ ref('stg_heyreach__list_lead_observations') }} as observations
    inner join {{ ref('int_lead_rows_identified') }} as identified
        on identified.found_in = 'list'
        and observations.list_id = identified.container_id
        and observations.list_row_key = identified.row_key

),

import_evidence as (

    select
        case when target = 'upstream' then 'upstream' else 'import_ledger' end as origin,
        lead_id,
        campaign_id,
        list_id,
        import_id || '/' || row_number as row_key,
        coalesce(first_sent_at, planned_at) as observed_at,
        'import' as content_hash,
        false as is_superseded,
        {%- for field in attribution_fields() %}
        custom_{{ field }},
        {%- endfor %}
        cast(null as varchar) as heyreach_company_name,
        cast(null as varchar) as heyreach_position,
        cast(null as varchar) as heyreach_headline,
        cast(null as varchar) as respelled_fields
    from {{ ref('int_import_rows_resolved') }}
    where state in ('verified', 'missing_fields', 'changed_fields', 'kept')

),

evidence as (

    select * from list_evidence
    union all
    select * from import_evidence

),

{%- for entry in custom_field_catalogue() if entry.aliases is defined %}
{{ entry.aliases[0] }} as (

    select * from {{ ref(entry.aliases[0]) }}

),

{%- endfor %}

standardized as (

    select
        evidence.origin,
        evidence.lead_id,
        evidence.campaign_id,
        evidence.list_id,
        evidence.row_key,
        evidence.observed_at,
        evidence.content_hash,
        evidence.is_superseded,
        {%- for entry in custom_field_catalogue() %}
        {{ cleaned_custom_field(entry, 'evidence.custom_' ~ entry.name) }} as {{ entry.name }},
        {%- endfor %}
        evidence.heyreach_company_name,
        evidence.heyreach_position,
        evidence.heyreach_headline,
        evidence.respelled_fields
    from evidence
    {%- for entry in custom_field_catalogue() if entry.aliases is defined %}
    left join {{ entry.aliases[0] }} on lower(evidence.custom_{{ entry.name }}) = {{ entry.aliases[0] }}.alias
    {%- endfor %}

)

select * from standardized
