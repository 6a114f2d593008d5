{#- Whether a segment is of few people, or withheld beside one that is: of a dimension that adds up to the total, the smallest are
    withheld until they are two at least, and people enough together. And where it stands in other dimensions, as one of its
    facts tells: a segment that holds all of it holds that one, too. -#}
{%- set told = told_dimensions() -%}
{%- set adding_up = told | rejectattr('several', 'defined') | list -%}

with sized as (

    select
        compared.dimension,
        compared.segment,
        compared.people,
        compared.dimension in {{ names_in(adding_up) }} as adds_up,
        compared.people < run_parameters.sensitive_cell_minimum as is_small,
        run_parameters.sensitive_cell_minimum,
        row_number() over smallest_first as size_rank,
        sum(compared.people) over smallest_first as people_up_to,
        count(*) filter (where compared.people < run_parameters.sensitive_cell_minimum) over (partition by compared.dimension)
            as small_segments,
        count(*) over (partition by compared.dimension) as segments
    from {{ ref('fnd_segments_compared') }} as compared
    cross join {{ ref('stg_operations__run_parameters') }} as run_parameters
    where compared.dimension in {{ names_in(told) }}
    window smallest_first as (
        partition by compared.dimension order by compared.people, compared.segment rows between unbounded preceding and current row
    )

),

withheld as (

    select
        *,
        is_small
        or (
            adds_up
            and small_segments > 0
            and size_rank <= coalesce(
                min(size_rank) filter (
                    where size_rank >= greatest(small_segments, 2) and people_up_to >= sensitive_cell_minimum
                ) over (partition by dimension),
                segments
            )
        ) as is_withheld
    from sized

),

one_fact as (
    {{ members_of(told, ref('fnd_period_facts'), 'min(' ~ fact_id() ~ ') as fact_id, count(*) as facts', grouped=true) }}

),

these_facts as (

    select * from {{ ref('fnd_period_facts') }}
    where {{ fact_id() }} in (select fact_id from one_fact)

),

places as (
    {{ members_of(told, 'these_facts', fact_id() ~ ' as fact_id') }}

)

select
    withheld.dimension,
    withheld.segment,
    withheld.people,
    one_fact.facts,
    withheld.adds_up,
    withheld.is_small,
    withheld.is_withheld,
    places.dimension as other_dimension,
    places.segment as other_segment,
    others.people as other_people,
    other_facts.facts as other_facts,
    others.is_withheld as is_other_withheld,
    withheld.sensitive_cell_minimum
from withheld
inner join one_fact on withheld.dimension = one_fact.dimension and withheld.segment = one_fact.segment
inner join places on one_fact.fact_id = places.fact_id
inner join withheld as others on places.dimension = others.dimension and places.segment = others.segment
inner join one_fact as other_facts on places.dimension = other_facts.dimension and places.segment = other_facts.segment
