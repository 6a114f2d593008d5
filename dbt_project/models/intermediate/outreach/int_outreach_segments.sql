{#- What each segment asks for now, as lists; no rows where no configuration has segments. -#}

with configured as (

    select
        configs.config,
        unnest(range(1, {{ json_array_length("configs.config -> '$.segments'") }} + 1)) as segment_order
    from {{ ref('stg_operations__run_parameters') }} as run_parameters
    inner join {{ ref('stg_operations__scoring_configs') }} as configs
        on run_parameters.outreach_config_hash = configs.config_hash

),

each_segment as (

    select
        segment_order,
        (config -> '$.segments') -> cast(segment_order - 1 as integer) as segment
    from configured

)

select
    cast(segment_order as integer) as segment_order,
    segment ->> '$.name' as segment,
    segment ->> '$.label' as label,
    segment ->> '$.tone' as tone,
    cast(segment ->> '$.weight' as integer) as weight,
    (segment ->> '$.rules.anyone') = 'true' as is_anyone
    {%- for rule in segment_rules() %},
    {% if rule.by == 'words' -%}
    {{ words_sought("segment -> '$.rules." ~ rule.name ~ "'") }} as {{ rule.name }}
    {%- else -%}
    {{ text_list("segment -> '$.rules." ~ rule.name ~ "'") }} as {{ rule.name }}
    {%- endif %}
    {%- endfor %}
from each_segment
