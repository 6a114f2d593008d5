{{ config(materialized='ephemeral', contract={'enforced': false}) }}

{%- set of_file = {
    'row': 'import_leads.row_number',
    'import': 'import_leads.import_id',
    'why': "replace(import_leads.why, '_', ' ')",
    'fields': "concat_ws(', ', import_leads.missing_fields, import_leads.changed_fields)",
} %}
{%- set repeats = ('duplicate_in_file', 'imported_before', 'already_in_list', 'in_other_experiment', 'in_other_campaign') %}

with import_leads as (

    select
        *,
        coalesce(max(batch_id) over (partition by import_id), import_id) as batch
    from {{ ref('heyreach_import_leads') }}

),

imports as (

    select
        imports.import_id,
        imports.source,
        imports.known_from
    from {{ ref('heyreach_imports') }} as imports
    cross join {{ ref('stg_operations__run_parameters') }} as run_parameters
    where imports.imported_at >= run_parameters.since
        and imports.imported_at < run_parameters.until

),

listed as (

    select
        batch_rows.*,
        row_number() over (
            partition by batch_rows.batch_id, batch_rows.source, batch_rows.normalized_profile_url
            order by batch_rows.first_observed_at, batch_rows.list_id, batch_rows.list_row_key
        ) as place
    from {{ ref('int_batch_rows_listed') }} as batch_rows
    inner join imports
        on batch_rows.batch_id = imports.import_id
        and batch_rows.source = imports.source
        and imports.known_from = 'lists'

),

-- Whoever stood in another campaign before is nobody new, either.
in_campaigns as (

    select
        *,
        row_number() over (partition by lead_id order by created_at, campaign_id) as campaign_number
    from {{ ref('heyreach_connections') }}

)

{%- for cause, reason, which in [
    ('import_loss', 'never_arrived', "state in ('missing_lead', 'refused')"),
    ('import_loss', 'arrived_in_part', "state in ('missing_fields', 'changed_fields')"),
    ('invalid_leads', 'no_link_in_file', 'normalized_profile_url is null'),
    ('duplicate_leads', 'repeated_in_file', "state = 'left_out' and import_leads.why in ('" ~ repeats | join("', '") ~ "')"),
] %}
select
    '{{ cause }}' as cause,
    {{ "'blind'" if reason == 'arrived_in_part' else "'blocked'" if cause == 'import_loss' else "'losing'" }} as tier,
    {{ 'import_leads.batch' if cause == 'import_loss' else 'import_leads.import_id' }} as batch,
    import_leads.source,
    import_leads.import_lead_id as lead_row_id,
    cast(null as varchar) as connection_id,
    import_leads.lead_id,
    import_leads.profile_url_raw,
    cast(null as varchar) as list_id,
    cast(null as varchar) as list_row_key,
    {{ lead_reason(reason, of_file) }}
from import_leads
{%- if cause != 'import_loss' %}
inner join imports
    on import_leads.import_id = imports.import_id
    and import_leads.source = imports.source
    and imports.known_from = 'ledger'
{%- endif %}
where import_leads.{{ which }}
union all
{%- endfor %}
{%- for cause, reason, which in [
    ('invalid_leads', 'no_link_in_list', 'normalized_profile_url is null'),
    ('duplicate_leads', 'repeated_in_list', 'normalized_profile_url is not null and place > 1'),
] %}
select
    '{{ cause }}',
    'losing',
    batch_id,
    source,
    md5(list_id || '|' || list_row_key),
    cast(null as varchar),
    lead_id,
    profile_url_raw,
    list_id,
    list_row_key,
    {{ lead_reason(reason, {'list': 'list_id', 'batch': 'batch_id'}) }}
from listed
where {{ which }}
union all
{%- endfor %}
select
    'duplicate_leads',
    'losing',
    in_campaigns.batch_id,
    imports.source,
    in_campaigns.connection_id,
    in_campaigns.connection_id,
    in_campaigns.lead_id,
    cast(null as varchar),
    cast(null as varchar),
    cast(null as varchar),
    {{ lead_reason('in_campaign_before', {'campaign': 'campaigns.campaign_name'}) }}
from in_campaigns
inner join imports
    on in_campaigns.batch_id = imports.import_id
    and coalesce(in_campaigns.source, 'unknown') = imports.source
    and imports.known_from = 'lists'
left join {{ ref('heyreach_campaigns') }} as campaigns on in_campaigns.campaign_id = campaigns.campaign_id
where in_campaigns.campaign_number > 1
