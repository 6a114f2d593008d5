{{ config(materialized='ephemeral') }}

{#- What was known when the experiment began decides how many requests it needs: to find so much more than the rate by then, or
    than what is taken for it while little is known. A rate of which so much more is all there can be plans nothing. -#}
{%- set detectable_points = 0.1 -%}
{%- set rate_while_unknown = 0.3 -%}
{%- set highest_rate = 0.85 -%}

with begun as (

    select
        experiment,
        min(planned_at) as began_at
    from {{ ref('stg_importer__imports') }}
    where experiment is not null
    group by experiment

),

counted as (

    select
        begun.experiment,
        begun.began_at,
        count(*) filter (where connections.is_mature) as mature_sent,
        count(*) filter (where connections.is_mature and connections.is_accepted_in_window) as mature_accepted
    from begun
    left join {{ ref('heyreach_connections') }} as connections on connections.sent_cohort_at < begun.began_at
    group by begun.experiment, begun.began_at

),

known as (

    select
        counted.experiment,
        counted.began_at,
        least(greatest(
            case
                when counted.mature_sent >= run_parameters.collecting_below
                    then counted.mature_accepted * 1.0 / counted.mature_sent
                else {{ rate_while_unknown }}
            end,
            {{ lowest_rate_planned_with() }}
        ), {{ highest_rate }}) as rate_before
    from counted
    cross join {{ ref('stg_operations__run_parameters') }} as run_parameters

)

select
    *,
    {{ sample_size('rate_before', '(rate_before + ' ~ detectable_points ~ ')') }} as planned_sent
from known
