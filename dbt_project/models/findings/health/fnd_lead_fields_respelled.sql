{#- Custom fields that stand there under another spelling than the one that is read, by person: what looks lost and isn't. -#}

with respelled as (

    select
        lead_id,
        unnest(string_split(respelled_fields, ', ')) as respelled_field
    from {{ ref('int_lead_evidence') }}
    where respelled_fields is not null
        and not is_superseded

)

select
    lead_id,
    respelled_field,
    case {{ name_letters('respelled_field') }}
        {%- for field in attribution_fields() %}
        when '{{ field | replace('_', '') }}' then '{{ field }}'
        {%- endfor %}
    end as expected_field
from respelled
group by lead_id, respelled_field
