{#- Words of tags, points and thresholds of prospects, now: one row, none where no configuration has segments. -#}

select
    {%- for tag, sought in prospect_tags().items() %}
    {{ words_sought("configs.config -> '$.tags." ~ tag ~ "'") }} as {{ tag }}_words,
    {%- endfor %}
    {%- for level in engagement_levels() %}
    cast(configs.config ->> '$.tags.engagement_potential.{{ level }}' as integer) as {{ level }}_from,
    {%- endfor %}
    {%- for each in prospect_points() %}
    cast(configs.config ->> '$.points.{{ each.group }}.{{ each.name }}' as integer) as {{ each.group }}_{{ each.name }}_points,
    {%- endfor %}
    {%- for part in priority_weights() %}
    cast(configs.config ->> '$.priorities.weights.{{ part }}' as integer) as {{ part }}_weight,
    {%- endfor %}
    {%- for each in outreach_numbers() %}
    cast(configs.config ->> '$.{{ each.in }}.{{ each.name }}' as integer) as {{ each.name }},
    {%- endfor %}
    {{ text_list("configs.config -> '$.facts.referring_seniorities'") }} as referring_seniorities,
    {{ text_list("configs.config -> '$.cadence.follow_up_weekdays'") }} as follow_up_weekdays,
    {{ text_list("configs.config -> '$.cadence.weekdays'") }} as sends_on,
    configs.config ->> '$.cadence.from' as sends_from,
    configs.config ->> '$.cadence.until' as sends_until,
    configs.config ->> '$.cadence.time_zone' as sends_in_zone
from {{ ref('stg_operations__run_parameters') }} as run_parameters
inner join {{ ref('stg_operations__scoring_configs') }} as configs on run_parameters.outreach_config_hash = configs.config_hash
