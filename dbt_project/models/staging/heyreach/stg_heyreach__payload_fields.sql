{#- Which fields each resource's payloads hold, and of which JSON type: what the contract in the seed
    `heyreach_api_fields` is checked against. Payloads of one shape are folded first: a workspace has few. -#}
{%- set resources = {
    'sender_accounts': 'account_id',
    'campaigns': 'campaign_id',
    'lists': 'list_id',
    'list_leads': 'list_id, list_row_key',
    'campaign_leads': 'campaign_id, campaign_lead_id',
    'account_campaign_days': 'account_id, campaign_id, stat_date',
} -%}

with observed as (

    {%- for resource, keys in resources.items() %}
    select
        '{{ resource }}' as resource,
        json_structure(payload) as structure,
        row_number() over (
            partition by {{ keys }} order by observed_at desc, pull_id desc, content_hash desc
        ) = 1 as is_newest
    from {{ source('heyreach', resource) }}
    where payload is not null
        and pull_id in (select pulls.pull_id from {{ ref('stg_heyreach__pulls') }} as pulls)
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

),

structures as (

    select
        resource,
        structure,
        count(*) filter (where is_newest) as current_rows
    from observed
    group by resource, structure

),

top_fields as (

    select
        structures.resource,
        field.key as field,
        field.value as structure,
        structures.current_rows
    from structures, json_each(structures.structure) as field

),

nested_fields as (

    select
        top_fields.resource,
        top_fields.field || '.' || field.key as field,
        field.value as structure,
        top_fields.current_rows
    from top_fields, json_each(top_fields.structure) as field
    where json_type(top_fields.structure) = 'OBJECT'

),

all_fields as (

    select * from top_fields
    union all
    select * from nested_fields

),

typed as (

    select
        resource,
        field,
        case
            when json_type(structure) in ('OBJECT', 'ARRAY') then lower(json_type(structure))
            when structure ->> '$' = 'VARCHAR' then 'text'
            when structure ->> '$' in ('UBIGINT', 'BIGINT', 'HUGEINT') then 'integer'
            when structure ->> '$' = 'DOUBLE' then 'number'
            when structure ->> '$' = 'BOOLEAN' then 'boolean'
            when structure ->> '$' = 'NULL' then 'null'
            else 'mixed'
        end as json_type,
        current_rows
    from all_fields

)

select
    resource,
    field,
    json_type,
    cast(sum(current_rows) as bigint) as current_rows
from typed
group by resource, field, json_type
