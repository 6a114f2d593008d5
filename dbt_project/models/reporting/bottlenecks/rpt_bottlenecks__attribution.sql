{{ config(materialized='ephemeral', contract={'enforced': false}) }}

with respelled as (

    select
        lead_id,
        list(expected_field) as expected_fields,
        string_agg(respelled_field, ', ' order by respelled_field) as respelled_fields
    from {{ ref('fnd_lead_fields_respelled') }}
    group by lead_id

),

imports as (

    select
        unattributed.line_dimension,
        unattributed.place,
        unattributed.dimension,
        unattributed.segment,
        unattributed.segment_label,
        unattributed.leads,
        count(*) as incomplete_leads,
        {{ distinct_texts_joined('unattributed.missing_attribution_fields') }} as missing_fields,
        -- What stands there under another name is not lost.
        count(*) filter (
            where list_has_all(respelled.expected_fields, string_split(unattributed.missing_attribution_fields, ', '))
        ) as respelled_leads,
        {{ distinct_texts_joined('respelled.respelled_fields') }} as respelled_fields
    from {{ ref('rpt_bottlenecks__unattributed') }} as unattributed
    left join respelled on unattributed.lead_id = respelled.lead_id
    group by all

)

{%- set facts = {
    'incomplete': 'incomplete_leads', 'leads': 'leads', 'place': 'segment_label', 'fields': 'missing_fields',
    'respelled': 'respelled_fields', 'respelled_leads': 'respelled_leads',
} %}
{% for line, which in [
    ('attribution_loss', 'respelled_leads = 0'),
    ('attribution_under_another_name', 'respelled_leads = incomplete_leads'),
    ('attribution_partly_under_another_name', 'respelled_leads > 0 and respelled_leads < incomplete_leads'),
] %}
select
    {{ cause_line(line, 'dimension', 'segment', 'segment_label', 'incomplete_leads', facts) }}
from imports
where line_dimension <> 'all' and {{ which }}
union all
{%- endfor %}
select
    {{ cause_line(
        'attribution_loss_elsewhere', "'all'", "'further'", "'Further imports'", 'sum(incomplete_leads)',
        {
            'imports': 'count(*)',
            'incomplete': 'cast(sum(incomplete_leads) as bigint)',
            'fields': distinct_texts_joined('missing_fields'),
            'largest': listed(
                causes()['attribution_loss_elsewhere']['each'],
                {'place': 'segment_label', 'incomplete': 'incomplete_leads'},
                'incomplete_leads desc, segment',
                only='place <= 8'
            ),
        }
    ) }}
from imports
where line_dimension = 'all'
having count(*) > 0
