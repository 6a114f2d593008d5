{#- What the breakdowns print: each segment of fnd_segments_compared under its label, with its places in its table. -#}
with compared as (

    select * from {{ ref('fnd_segments_compared') }}

),

labels as (

    select * from {{ ref('fnd_segments_labeled') }}

),

run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

labelled as (

    select
        compared.*,
        coalesce(labels.segment_label, compared.segment) as segment_label,
        run_parameters.since,
        run_parameters.until,
        run_parameters.as_of
    from compared
    left join labels
        on compared.dimension = labels.dimension
        and compared.segment = labels.segment
    cross join run_parameters

),

final as (

    select
        *,
        row_number() over (
            partition by dimension
            -- What is sensitive stands in its natural order, which says nothing of how many there are.
            order by
                case when is_sensitive then replace(segment, '<', ' ') end nulls last,
                sent desc,
                sent_to_date desc,
                leads_imported desc,
                segment
        ) as volume_rank,
        case
            when verdict <> 'collecting' and eb_rate is not null
                then row_number() over (
                    partition by dimension, verdict <> 'collecting' and eb_rate is not null
                    order by eb_rate, mature_sent desc, segment
                )
        end as worst_rank
    from labelled

)

select * from final
