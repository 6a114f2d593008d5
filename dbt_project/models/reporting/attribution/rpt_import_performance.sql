{#- Why a row of a file is no lead as it was sent, in the words that are used everywhere. -#}
{%- set reasons = {
    'left_out_erased': 'of erased people',
    'left_out_no_profile_url': 'without any URL',
    'left_out_invalid_profile_url': 'with no profile URL of a person',
    'left_out_missing_name': 'without a name',
    'left_out_placeholder_name': 'with a placeholder for a name',
    'left_out_duplicate_in_file': 'twice in the file',
    'left_out_imported_before': 'imported before',
    'left_out_already_in_list': 'in the list already',
    'left_out_in_other_experiment': 'in another experiment',
    'left_out_in_other_campaign': 'in another campaign',
    'missing_lead': 'never arrived',
    'missing_fields': 'without all fields',
    'changed_fields': 'with changed fields',
    'refused': 'refused by HeyReach',
    'unfinished': 'not finished',
} -%}

with imports as (

    select imports.*
    from {{ ref('heyreach_imports') }} as imports
    cross join {{ ref('stg_operations__run_parameters') }} as run_parameters
    where imports.imported_at >= run_parameters.since
        and imports.imported_at < run_parameters.until

),

labels as (

    select * from {{ ref('fnd_segments_labeled') }}
    where dimension = 'source'

),

run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

per_source as (

    select
        source,
        known_from,
        count(*) as imports,
        {%- for count in (
            'file_rows', 'valid_rows', 'people', 'sent', 'added', 'updated', 'failed', 'arrived', 'verified',
            'missing_lead', 'missing_fields', 'changed_fields', 'refused', 'unfinished',
        ) %}
        cast(sum({{ count }}) as bigint) as {{ count }},
        {%- endfor %}
        {%- for reason in import_reasons() %}
        cast(sum(left_out_{{ reason }}) as bigint) as left_out_{{ reason }}{{ ',' if not loop.last }}
        {%- endfor %}
    from imports
    group by source, known_from

)

select
    per_source.source,
    coalesce(labels.segment_label, per_source.source) as segment_label,
    per_source.known_from,
    per_source.imports,
    per_source.file_rows,
    per_source.valid_rows,
    per_source.people,
    per_source.sent,
    per_source.added,
    per_source.updated,
    per_source.failed,
    per_source.arrived,
    per_source.verified,
    per_source.missing_lead + per_source.missing_fields + per_source.changed_fields + per_source.refused as lost,
    cast(
        {%- for column in reasons %}
        coalesce(per_source.{{ column }}, 0) +
        {%- endfor %}
        case when per_source.known_from = 'lists' then per_source.file_rows - per_source.people else 0 end as bigint
    ) as failures,
    nullif(concat_ws(
        ', '
        {%- for column, words in reasons.items() %},
        case when per_source.{{ column }} > 0 then {{ printed_count('per_source.' ~ column) }} || ' {{ words }}' end
        {%- endfor %},
        -- Of lists nothing was left out: these stand in them.
        case
            when per_source.known_from = 'lists' and per_source.file_rows > per_source.valid_rows
                then {{ printed_count('per_source.file_rows - per_source.valid_rows') }} || ' with no profile URL of a person'
        end,
        case
            when per_source.known_from = 'lists' and per_source.valid_rows > per_source.people
                then {{ printed_count('per_source.valid_rows - per_source.people') }} || ' more than once'
        end
    ), '') as why,
    run_parameters.since,
    run_parameters.until,
    run_parameters.as_of
from per_source
left join labels on per_source.source = labels.segment
cross join run_parameters
