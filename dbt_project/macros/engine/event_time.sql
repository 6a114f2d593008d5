{#- event_time('Mon, 05 Jan 2026 09:00:00 GMT') -> 2026-01-05 09:00:00+00: a time as receivers and relays of webhooks print it.
    ISO 8601 with or without hyphens, colons, seconds, a fraction after point or comma, in any case, a blank before the
    offset; RFC 2822; epoch seconds (10 digits), milliseconds (13), microseconds (16). No offset means UTC. What could be
    read in two ways (05/01/2026), a date alone, and anything else give NULL. -#}
{% macro event_time(text) -%}
    coalesce(
        case when regexp_matches({{ text }}, '{{ _iso_time() }}') then try_cast(
            regexp_replace({{ text }}, '{{ _iso_time() }}', '\1-\2-\3 \4:\5:')
            || coalesce(nullif(regexp_extract({{ text }}, '{{ _iso_time() }}', 6), ''), '00')
            || coalesce('.' || left(nullif(regexp_extract({{ text }}, '{{ _iso_time() }}', 7), ''), 6), '')
            || case
                when lower(regexp_extract({{ text }}, '{{ _iso_time() }}', 8)) in ('', 'z', 'utc', 'gmt') then '+00'
                else regexp_extract({{ text }}, '{{ _iso_time() }}', 8)
            end
            as timestamp with time zone
        ) end,
        try_strptime(
            regexp_replace({{ text }}, ' *\([^)]*\)$', ''),
            ['%a, %d %b %Y %H:%M:%S %z', '%a, %d %b %Y %H:%M:%S %Z', '%d %b %Y %H:%M:%S %z', '%d %b %Y %H:%M:%S %Z']
        ),
        case
            when regexp_matches({{ text }}, '^[0-9]{10}([.][0-9]+)?$')
                then make_timestamptz(cast(round(try_cast({{ text }} as double) * 1e6) as bigint))
            when regexp_matches({{ text }}, '^[0-9]{13}$') then make_timestamptz(try_cast({{ text }} as bigint) * 1000)
            when regexp_matches({{ text }}, '^[0-9]{16}$') then make_timestamptz(try_cast({{ text }} as bigint))
        end
    )
{%- endmacro %}

{#- is_date('2026-01-05') -> true: no hour is given. -#}
{% macro is_date(text) -%}
    regexp_matches({{ text }}, '^[0-9]{4}-[0-9]{2}-[0-9]{2}$')
{%- endmacro %}

{#- date_or_time('2026-01-05') -> 2026-01-05 00:00:00+00; else event_time. -#}
{% macro date_or_time(text) -%}
    coalesce(
        case when {{ is_date(text) }} then {{ utc_midnight('try_cast(' ~ text ~ ' as date)') }} end,
        {{ event_time(text) }}
    )
{%- endmacro %}

{#- event_time_precision('2026-01-05T09:00Z') -> 60: for how many seconds after what event_time gives the event may have
    been, by what was printed. -#}
{% macro event_time_precision(text) -%}
    case
        when regexp_matches({{ text }}, '{{ _iso_time() }}') and regexp_extract({{ text }}, '{{ _iso_time() }}', 6) = '' then 60
        else 1
    end
{%- endmacro %}

{#- Year, month, day, hour, minute, second, fraction, offset. -#}
{% macro _iso_time() -%}
    {%- set date = '([0-9]{4})-?([0-9]{2})-?([0-9]{2})' -%}
    {%- set time = '([0-9]{2}):?([0-9]{2})(?::?([0-9]{2})(?:[.,]([0-9]+))?)?' -%}
    {%- set offset = '(Z|UTC|GMT|[+-][0-9]{2}(?::?[0-9]{2})?)?' -%}
    {{ '(?i)^' ~ date ~ '[T ]' ~ time ~ ' ?' ~ offset ~ '$' }}
{%- endmacro %}
