{{ config(materialized='ephemeral') }}

{#- A source is named where it goes on losing leads without its worst batch; else the batch is. -#}

-- Whoever stood in another campaign before is nobody new, either.
with known_people as (

    select
        batch_id,
        source,
        count(*) as people
    from (
        select
            batch_id,
            coalesce(source, 'unknown') as source,
            row_number() over (partition by lead_id order by created_at, campaign_id) as campaign_number
        from {{ ref('heyreach_connections') }}
    ) as in_campaigns
    where campaign_number > 1
    group by batch_id, source

),

imports as (

    select
        imports.import_id,
        imports.source,
        imports.file_rows,
        imports.file_rows - imports.valid_rows as invalid_rows,
        case imports.known_from
            when 'lists' then imports.valid_rows - imports.people + coalesce(known_people.people, 0)
            else imports.left_out_duplicate_in_file + imports.left_out_imported_before
                + imports.left_out_already_in_list + imports.left_out_in_other_experiment + imports.left_out_in_other_campaign
        end as duplicate_rows
    from {{ ref('heyreach_imports') }} as imports
    left join known_people
        on imports.import_id = known_people.batch_id
        and imports.source = known_people.source
    cross join {{ ref('stg_operations__run_parameters') }} as run_parameters
    where imports.imported_at >= run_parameters.since
        and imports.imported_at < run_parameters.until

),

counted as (

    {%- for cause, count in (('invalid_leads', 'invalid_rows'), ('duplicate_leads', 'duplicate_rows')) %}
    {%- for dimension, segment, precedence in (('batch', 'import_id', 1), ('source', 'source', 2)) %}
    select
        '{{ cause }}' as cause,
        '{{ dimension }}' as dimension,
        {{ segment }} as segment,
        {{ precedence }} as precedence,
        cast(sum(file_rows) as bigint) as trials,
        cast(sum({{ count }}) as bigint) as found,
        cast(sum({{ count }}) as bigint) - max({{ count }}) as found_without_worst,
        cast(sum(file_rows) as bigint) - cast(max_by(file_rows, {{ count }}) as bigint) as trials_without_worst
    from imports
    group by {{ segment }}
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

),

normal_shares as (

    select 'invalid_leads' as cause, normal_invalid_percent / 100.0 as normal_share from {{ ref('stg_operations__run_parameters') }}
    union all
    select 'duplicate_leads' as cause, normal_duplicate_percent / 100.0 as normal_share from {{ ref('stg_operations__run_parameters') }}

)

select
    counted.cause,
    counted.dimension,
    counted.segment,
    counted.precedence,
    counted.trials,
    counted.found,
    cast(normal_shares.normal_share as double) as normal_share,
    {{ beyond_normal_z('counted.found', 'counted.trials', 'normal_shares.normal_share') }} as z
from counted
inner join normal_shares on counted.cause = normal_shares.cause
cross join {{ ref('stg_operations__run_parameters') }} as run_parameters
where counted.trials >= run_parameters.collecting_below
    and (
        counted.dimension = 'batch'
        or (
            counted.trials_without_worst > 0
            and {{ beyond_normal_z(
                'counted.found_without_worst', 'counted.trials_without_worst', 'normal_shares.normal_share'
            ) }} < -{{ z_of_significance() }}
        )
    )
