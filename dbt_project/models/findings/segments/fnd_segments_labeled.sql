{#- What to print for a segment, where it isn't its own label. -#}

with labels as (

    {%- for entry in dimensions() if entry.labels is defined %}
    {%- set model, segment, label = entry.labels %}
    select distinct '{{ entry.name }}' as dimension, {{ segment }} as segment, {{ label }} as segment_label from {{ ref(model) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

words as (

    {%- for entry in dimensions() if entry.words is defined %}
    {%- for segment, label in entry.words.items() %}
    select '{{ entry.name }}' as dimension, '{{ segment }}' as segment, '{{ label }}' as segment_label
    union all
    {%- endfor %}
    {%- endfor %}
    select dimension, 'unknown' as segment, 'Unknown' as segment_label
    from (values ('{{ sender_attributes() | map(attribute='name') | join("'), ('") }}')) as attributes (dimension)
    union all
    select dimension, 'suppressed' as segment, 'Too few people' as segment_label
    from (values ('{{ sensitive_dimensions() | map(attribute='name') | join("'), ('") }}')) as sensitive (dimension)

),

missing as (

    {%- for entry in exclusive_dimensions() %}
    select
        '{{ entry.name }}' as dimension,
        '{{ entry.missing }}' as segment,
        '{{ missing_segments()[entry.missing] }}' as segment_label
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

)

select * from labels
union all
select * from words
union all
select * from missing
