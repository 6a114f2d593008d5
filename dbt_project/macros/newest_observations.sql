{#- The log of one resource, as of the run's as-of, folded to one row per key: the newest payload, and when the
    row was first seen, last changed, and whether the newest complete pull still showed it.

    Observations are ordered by pull, and by time within it: pulls are numbered in the order they were made, and clocks may
    be set back.

    Raw is at-least-once, so the same observation may stand there twice; and only pulls that are listed in
    `pulls` count, so a load that was cut short is invisible. A row that disappeared keeps its last payload.

    Payloads are fetched last, by row number: an aggregate that carries them can't be spilled to disk. -#}
{% macro newest_observations(resource, keys) -%}
    with ranked as (

        select
            {{ keys | join(',\n            ') }},
            rowid as row_number_in_raw,
            observed_at,
            payload is not null as has_payload,
            row_number() over (
                partition by {{ keys | join(', ') }} order by pull_id desc, observed_at desc, content_hash desc
            ) as recency
        from {{ source('heyreach', resource) }}
        where pull_id in (select pulls.pull_id from {{ ref('stg_operations__pulls') }} as pulls)

    ),

    folded as (

        select
            {{ keys | join(',\n            ') }},
            {{ first_by('case when has_payload then row_number_in_raw end', 'recency') }} as payload_row_number,
            min(observed_at) as first_observed_at,
            max(observed_at) as last_changed_at,
            bool_or(has_payload and recency = 1) as is_present
        from ranked
        group by {{ keys | join(', ') }}

    )

    select
        folded.*,
        observations.payload
    from folded
    left join {{ source('heyreach', resource) }} as observations on folded.payload_row_number = observations.rowid
{%- endmacro %}
