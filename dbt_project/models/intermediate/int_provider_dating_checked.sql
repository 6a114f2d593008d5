{#- Whether HeyReach's daily counts may date events here: between two readings only days since the earlier one may
    have grown, or its days are not those on which the events were recorded. -#}

with increases as (

    select
        event,
        coalesce(sum(increase) filter (where activity_date < {{ utc_date('previous_read_at') }}), 0) as grown_afterwards,
        coalesce(sum(increase), 0) as grown
    from {{ ref('int_provider_counts_read') }}
    where previous_read_at is not null
    group by event

)

select
    event,
    cast(grown_afterwards as bigint) as grown_afterwards,
    cast(grown as bigint) as grown,
    grown > 0 and grown_afterwards * 100 <= grown as is_dating_supported
from increases
