{#- By how many fewer, and how many more, than are counted there may be in each segment, because nobody knows of the undecided
    whether they were asked. HeyReach's counts say how many of a group were: so a segment with all of the group is exact, and
    one with a part of it has at least those who find no room outside it, and at most as many as were asked. -#}

with facts as (

    select * from {{ ref('fnd_period_facts') }}
    where undecided_group is not null

),

groups as (

    {{ undecided_groups() }}

),

parts as (

    {%- for entry in [{'name': 'all', 'column': "'all'"}] + dimensions() %}
    select
        '{{ entry.name }}' as dimension,
        {{ segment_of(entry) }} as segment,
        undecided_group,
        {%- for count in undecided_counts() %}
        sum(undecided_{{ count }}) as {{ count }},
        sum(undecided_{{ count }} * sent_to_date) as {{ count }}_counted{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ facts_by(entry, 'facts') }}
    group by segment, undecided_group
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

)

select
    parts.dimension,
    parts.segment,
    {%- for count in undecided_counts() %}
    cast(sum({{ undecided_fewer('parts.' ~ count, 'parts.' ~ count ~ '_counted') }}) as bigint) as {{ count }}_fewer,
    cast(sum({{ undecided_more('parts.' ~ count, 'parts.' ~ count ~ '_counted') }}) as bigint) as {{ count }}_more{{ ',' if not loop.last }}
    {%- endfor %}
from parts
inner join groups on parts.undecided_group = groups.undecided_group
group by parts.dimension, parts.segment
