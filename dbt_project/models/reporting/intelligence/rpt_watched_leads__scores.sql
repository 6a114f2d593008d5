{{ config(materialized='ephemeral', contract={'enforced': false}) }}

{#- Scores of watched leads at the moments that are compared: of the last builds, and of when they were told of last or the watch began. -#}

with watched as (

    select * from {{ ref('fnd_watched_leads') }}

),

run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

builds as (

    select builds.*
    from {{ ref('stg_operations__builds') }} as builds
    cross join run_parameters
    where builds.build_number <= run_parameters.watch_builds

),

moments as (

    select
        lead_id || '|' || epoch_us(moment) as key,
        lead_id,
        moment
    from (
        select lead_id, compared_with as moment
        from watched
        where compared_with is not null
        union
        select watched.lead_id, builds.built_as_of
        from watched
        cross join builds
    ) as each_once

),

{{ facts_at() }}

{{ scored() }}

select
    *,
    {{ score_tier('total_score', 'scored') }} as tier
from scored
