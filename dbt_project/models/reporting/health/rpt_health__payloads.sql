{{ config(materialized='ephemeral', contract={'enforced': false}) }}

with undeclared_fields as (

    select distinct
        fields.resource || '.' || fields.field as field
    from {{ ref('stg_heyreach__payload_fields') }} as fields
    left join {{ ref('heyreach_api_fields') }} as declared
        on fields.resource = declared.resource
        and fields.field = declared.field
    where declared.field is null

)

select
    {{ health_line('new_api_fields', 'count(*)', each={'field': 'field'}, order_by='field') }}
from undeclared_fields
having count(*) > 0
union all
select
    {{ health_line(
        'statuses_unknown',
        'sum(row_count)',
        {'seeds': "string_agg(distinct seed || '.csv', ', ' order by seed || '.csv')"},
        each={'field': "resource || '.' || field", 'status': 'left(status, 60)', 'rows': 'row_count'},
        order_by='row_count desc, resource, field, status'
    ) }}
from {{ ref('fnd_statuses_unknown') }}
having count(*) > 0
union all
select
    {{ health_line(
        'payload_problems',
        'count(*)',
        each={'field': "resource || '.' || field", 'problem': 'problem'},
        order_by='resource, field, problem',
        separator='; '
    ) }}
from {{ ref('fnd_payload_problems') }}
having count(*) > 0
