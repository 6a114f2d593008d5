{#- Which fields each resource's rows hold, and of which JSON type: what the contract in the seed `heyreach_api_fields`
    is checked against. Payloads of one shape are folded first: a workspace has few. -#}
{%- set resources = [
    'sender_accounts', 'campaigns', 'lists', 'list_leads', 'campaign_leads', 'account_campaign_days',
] -%}

with structures as (

    {%- for resource in resources %}
    select
        '{{ resource }}' as resource,
        json_structure(payload) as structure,
        count(*) as row_count
    from {{ ref('stg_heyreach__' ~ resource) }}
    group by structure
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

),

top_fields as (

    select
        structures.resource,
        field.key as field,
        field.value as structure,
        structures.row_count
    from structures, json_each(structures.structure) as field

),

nested_fields as (

    select
        top_fields.resource,
        top_fields.field || '.' || field.key as field,
        field.value as structure,
        top_fields.row_count
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
        row_count
    from all_fields

)

select
    resource,
    field,
    json_type,
    cast(sum(row_count) as bigint) as row_count
from typed
group by resource, field, json_type
