{{ config(materialized='ephemeral') }}

with families as (

    select
        dimension,
        count(*) as family_segments,
        sum(mature_sent) as family_sent,
        sum(mature_sent * mature_sent) as family_squares,
        {{ rate('sum(mature_accepted)', 'sum(mature_sent)') }} as family_rate
    from {{ ref('fnd_segments_shown') }}
    where mature_sent > 0 and not is_sensitive
    group by dimension

)

select
    families.*,
    sums.family_spread,
    {{ overdispersion('sums.family_spread', 'families.family_rate', 'families.family_segments') }} as overdispersion
from families
inner join (
    select
        segments.dimension,
        {{ spread('segments.mature_accepted', 'segments.mature_sent', 'families.family_rate') }} as family_spread
    from {{ ref('fnd_segments_shown') }} as segments
    inner join families on segments.dimension = families.dimension
    where segments.mature_sent > 0
    group by segments.dimension
) as sums on families.dimension = sums.dimension
