{{ config(materialized='view') }}

{#- Scores of all times, by what was known and asked for then: a score changes with what is known, when the days of a signal are over, and
    with the profile. A view, as few are asked for at once; so it names no database, as lead_scores. -#}

with lead_facts as (

    select * from {{ ref('lead_facts').include(database=false) }}

),

{{ facts_of('lead_facts', 'known') }}

spans as (

    select
        known.*,
        known.lead_id as key,
        versions.icp_profile,
        versions.valid_from as version_from,
        greatest(known.known_from, versions.valid_from, known.created_at) as span_from,
        least(known.known_until, versions.valid_until) as span_until,
        [
            {%- for signal in scored_signals() %}
            {{ days_after('known.' ~ signal ~ '_at', 'versions.' ~ signal ~ '_valid_days') }}{{ ',' if not loop.last }}
            {%- endfor %}
        ] as days_over
    from known
    inner join {{ ref('int_icp_profile_versions').include(database=false) }} as versions
        on coalesce(versions.valid_from < known.known_until, true)
        and coalesce(known.known_from < versions.valid_until, true)

),

facts as (

    select
        *,
        unnest(list_distinct(list_prepend(
            span_from, list_filter(days_over, lambda day: day > span_from and day <= as_of and coalesce(day < span_until, true))
        ))) as moment
    from spans
    where coalesce(span_from < span_until, true)

),

{{ scored(by_those_of_then=true) }},

removals as (

    select
        icp_profile,
        valid_from as version_from,
        removed_at
    from profiles
    where removed_at is not null

),

described as (

    select
        scored.lead_id,
        scored.icp_profile,
        scored.moment as valid_from,
        removals.removed_at,
        {{ score_columns() }}
    from scored
    left join removals on scored.icp_profile = removals.icp_profile and scored.version_from = removals.version_from

),

changes as (

    select
        *,
        min(removed_at) over (
            partition by lead_id, icp_profile order by valid_from rows between current row and unbounded following
        ) as next_removed_at
    from described
    qualify
        coalesce(lag(removed_at) over (partition by lead_id, icp_profile order by valid_from) <= valid_from, false)
        {%- for column in ['score_coverage', 'not_eligible_because', 'config_hash'] + score_components() | map(attribute='name') | list %}
        or lag({{ column }}) over (partition by lead_id, icp_profile order by valid_from) is distinct from {{ column }}
        {%- endfor %}

)

select
    changes.* exclude (removed_at, next_removed_at),
    least(
        lead(changes.valid_from) over (partition by changes.lead_id, changes.icp_profile order by changes.valid_from),
        changes.next_removed_at
    ) as valid_until,
    run_parameters.as_of
from changes
cross join {{ ref('stg_operations__run_parameters').include(database=false) }} as run_parameters
