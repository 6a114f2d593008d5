{#- Every configuration of sequences that a build went by, taken apart: what was sent is known by its text's or sequence's hash, and what is
    in the file now may be another. -#}

with run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

configured as (

    select
        config_hash,
        recorded_at,
        unnest({{ json_items("config -> '$.segments'") }}) as segment
    from {{ ref('stg_operations__scoring_configs') }}
    where json_exists(config, '$.placeholders')

),

steps as (

    select
        config_hash,
        recorded_at,
        segment,
        unnest({{ json_items("segment -> '$.steps'") }}) as step
    from configured

),

texts as (

    select
        config_hash,
        recorded_at,
        segment,
        step,
        unnest({{ json_items("step -> '$.texts'") }}) as text
    from steps

)

select
    texts.config_hash,
    coalesce(texts.config_hash = run_parameters.sequences_config_hash, false) as is_current,
    texts.recorded_at,
    texts.segment ->> '$.name' as segment,
    texts.segment ->> '$.campaign' as campaign_id,
    texts.segment ->> '$.sequence' as sequence,
    texts.segment ->> '$.sequence_hash' as sequence_hash,
    cast(texts.segment ->> '$.length' as integer) as sequence_length,
    texts.segment ->> '$.style' as sequence_style,
    texts.step ->> '$.name' as step,
    cast(texts.step ->> '$.order' as integer) as step_order,
    texts.step ->> '$.kind' as kind,
    cast(texts.step ->> '$.delay_days' as integer) as delay_days,
    texts.text ->> '$.variant' as variant,
    texts.text ->> '$.style' as style,
    texts.text ->> '$.format' as format,
    texts.text ->> '$.angle' as angle,
    texts.text ->> '$.text' as text,
    texts.text ->> '$.text_hash' as text_hash,
    (texts.text ->> '$.is_default') = 'true' as is_default,
    run_parameters.as_of
from texts
cross join run_parameters
