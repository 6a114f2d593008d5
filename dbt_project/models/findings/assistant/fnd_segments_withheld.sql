{#- Which segments an assistant is told no count of, so that no two answers together tell of fewer people than
    `sensitive_cell_minimum`; an answer has all segments of a dimension. Withheld are who is few, and the next smallest beside them
    (fnd_segments_placed). Then one more of the dimension wherever somebody few stands alone in a segment of another dimension,
    because the dimension adds up there, too (batches to their campaign). Then one of two segments where one holds the other
    and few besides. -#}
{%- set told = told_dimensions() -%}
{%- set all_facts = ref('fnd_period_facts') -%}
{%- set with_id = fact_id() ~ ' as fact_id' -%}

with placed as (

    select * from {{ ref('fnd_segments_placed') }}

),

segments as (

    select distinct dimension, segment, people, is_small, is_withheld
    from placed

),

withheld_by_size as (

    select dimension, segment, is_small from segments
    where is_withheld

),

withheld_facts as (
    {{ members_of(told, all_facts, with_id, among='withheld_by_size') }}

),

withheld_whole as (

    select * from {{ all_facts }}
    where {{ fact_id() }} in (select fact_id from withheld_facts)

),

withheld_in as (
    {{ members_of(told, 'withheld_whole', with_id) }}

),

-- Segments of other dimensions, and how many that are withheld have somebody there.
met as (

    select
        withheld_facts.dimension,
        places.dimension as other_dimension,
        places.segment as other_segment,
        count(distinct withheld_facts.segment) as withheld_segments
    from withheld_facts
    inner join withheld_in as places on withheld_facts.fact_id = places.fact_id
    group by withheld_facts.dimension, places.dimension, places.segment

),

alone as (

    select
        placed.dimension,
        placed.segment,
        placed.other_dimension,
        placed.other_segment
    from placed
    left join met
        on placed.dimension = met.dimension
        and placed.other_dimension = met.other_dimension
        and placed.other_segment = met.other_segment
    where placed.is_small
        and placed.adds_up
        and placed.dimension <> placed.other_dimension
        and not placed.is_other_withheld
        and coalesce(met.withheld_segments, 0) < 2

),

facts_there as (
    {{ members_of(
        told, all_facts, with_id, among='(select other_dimension as dimension, other_segment as segment from alone)'
    ) }}

),

there_whole as (

    select * from {{ all_facts }}
    where {{ fact_id() }} in (select fact_id from facts_there)

),

those_there_in as (
    {{ members_of(told, 'there_whole', with_id) }}

),

withheld_beside as (

    select
        others.dimension,
        others.segment
    from alone
    inner join facts_there on alone.other_dimension = facts_there.dimension and alone.other_segment = facts_there.segment
    inner join those_there_in as others
        on facts_there.fact_id = others.fact_id
        and alone.dimension = others.dimension
        and alone.segment <> others.segment
    inner join segments on others.dimension = segments.dimension and others.segment = segments.segment
    qualify row_number() over (
        partition by alone.dimension, alone.segment, alone.other_dimension, alone.other_segment
        order by segments.people, segments.segment
    ) = 1

),

-- What may lie within another segment and leave few there.
nearly_as_large as (

    select * from placed
    where other_people - people between 0 and sensitive_cell_minimum - 1
        and other_facts > facts

),

facts_of_these as (
    {{ members_of(told, all_facts, with_id, among='nearly_as_large') }}

),

these_whole as (

    select * from {{ all_facts }}
    where {{ fact_id() }} in (select fact_id from facts_of_these)

),

these_in as (
    {{ members_of(told, 'these_whole', with_id) }}

),

nearly_the_same as (

    select
        nearly_as_large.dimension,
        nearly_as_large.segment,
        nearly_as_large.other_dimension,
        nearly_as_large.other_segment,
        {{ told_place('nearly_as_large.dimension') }} >= {{ told_place('nearly_as_large.other_dimension') }} as is_the_later
    from nearly_as_large
    inner join facts_of_these
        on nearly_as_large.dimension = facts_of_these.dimension and nearly_as_large.segment = facts_of_these.segment
    inner join these_in as places
        on facts_of_these.fact_id = places.fact_id
        and nearly_as_large.other_dimension = places.dimension
        and nearly_as_large.other_segment = places.segment
    group by
        nearly_as_large.dimension, nearly_as_large.segment, nearly_as_large.other_dimension, nearly_as_large.other_segment,
        nearly_as_large.facts
    having count(*) = nearly_as_large.facts

)

select
    dimension,
    segment,
    case min(reason) when 1 then 'few_people' when 2 then 'adds_up' when 3 then 'nearly_the_same' end as because
from (
    select dimension, segment, case when is_small then 1 else 2 end as reason from withheld_by_size
    union all
    select dimension, segment, 2 from withheld_beside
    union all
    select
        case when is_the_later then dimension else other_dimension end,
        case when is_the_later then segment else other_segment end,
        3
    from nearly_the_same
) as withheld
group by 1, 2
