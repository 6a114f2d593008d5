{#- The log of one resource, as of the run's as-of, folded to one row per key: the newest payload, and when the
    row was first seen, last changed, and whether the newest complete pull still showed it.

    Raw is at-least-once, so the same observation may stand there twice; and only pulls that are listed in
    `pulls` count, so a load that was cut short is invisible. A row that disappeared keeps its last payload. -#}
{% macro newest_observations(resource, keys) -%}
    select
        {{ keys | join(',\n        ') }},
        arg_max(payload, (observed_at, pull_id, content_hash)) filter (where payload is not null) as payload,
        min(observed_at) as first_observed_at,
        max(observed_at) as last_changed_at,
        arg_max(payload is not null, (observed_at, pull_id, content_hash)) as is_present
    from {{ source('heyreach', resource) }}
    where pull_id in (select pulls.pull_id from {{ ref('stg_heyreach__pulls') }} as pulls)
    group by {{ keys | join(', ') }}
{%- endmacro %}
