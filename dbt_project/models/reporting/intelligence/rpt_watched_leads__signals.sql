{{ config(materialized='ephemeral', contract={'enforced': false}) }}

{#- What was seen of watched leads and their companies since they were told of last, or since the watch began. -#}

with watched as (

    select * from {{ ref('fnd_watched_leads') }}

),

run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

events as (

    select * from {{ ref('signal_events') }}

),

people as (

    select * from {{ ref('heyreach_leads') }}
    where lead_id in (select lead_id from watched)

),

{{ signals_of('people') }}

said as (

    select
        watched.lead_id,
        watched.icp_profile,
        string_agg(
            {{ signal_says('signal_type', 'signal_data', 'happened_at', 'run_parameters.as_of') }}, ', '
            order by newest_signals.happened_at desc, newest_signals.signal_type
        ) as signals
    from watched
    inner join newest_signals on watched.lead_id = newest_signals.lead_id
    cross join run_parameters
    where newest_signals.detected_at > watched.compared_with
    group by watched.lead_id, watched.icp_profile

)

select * from said
