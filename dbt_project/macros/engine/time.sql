{#- Time arithmetic, in one place so that another engine needs other macros, not other models.
    All columns are timestamps with time zone; days are UTC days. -#}

{#- hours_between('2026-01-01 00:00', '2026-01-02 12:00') -> 36.0 -#}
{% macro hours_between(earlier, later) -%}
    (epoch_us({{ later }}) - epoch_us({{ earlier }})) / 3600000000.0
{%- endmacro %}

{#- days_after('2026-01-01 00:00', 14) -> 2026-01-15 00:00; NULL when either is NULL -#}
{% macro days_after(moment, days) -%}
    ({{ moment }} + to_days(cast({{ days }} as integer)))
{%- endmacro %}

{#- as_long_after('2026-02-01 00:00', '2026-01-01 00:00', '2026-01-01 06:00') -> 2026-02-01 06:00 -#}
{% macro as_long_after(moment, earlier, later) -%}
    make_timestamptz(epoch_us({{ moment }}) + epoch_us({{ later }}) - epoch_us({{ earlier }}))
{%- endmacro %}

{#- days_between('2026-01-01 00:00', '2026-02-01 06:00') -> 31: whole days, rounded down -#}
{% macro days_between(earlier, later) -%}
    cast(floor((epoch_us({{ later }}) - epoch_us({{ earlier }})) / 86400000000.0) as integer)
{%- endmacro %}

{#- midpoint('2026-01-01 00:00', '2026-01-02 00:00') -> 2026-01-01 12:00 -#}
{% macro midpoint(earlier, later) -%}
    make_timestamptz((epoch_us({{ earlier }}) + epoch_us({{ later }})) // 2)
{%- endmacro %}

{#- local_time('2026-02-09 08:30+00', 'Europe/Berlin') -> 2026-02-09 09:30, without a zone -#}
{% macro local_time(moment, zone) -%}
    timezone({{ zone }}, {{ moment }})
{%- endmacro %}

{#- time_of_day('2026-02-09 09:30') -> '09:30' -#}
{% macro time_of_day(moment) -%}
    strftime({{ moment }}, '%H:%M')
{%- endmacro %}

{#- first_of_weekdays('2026-02-09', ['tuesday', 'thursday']) -> 2026-02-10: the day itself, or the next that is one of them -#}
{% macro first_of_weekdays(day, weekdays) -%}
    list_filter(
        list_transform([0, 1, 2, 3, 4, 5, 6], lambda later: {{ day }} + later),
        lambda each: list_contains({{ weekdays }}, lower(dayname(each)))
    )[1]
{%- endmacro %}

{#- utc_date('2026-01-01 23:30+00') -> 2026-01-01, whatever the session's time zone -#}
{% macro utc_date(moment) -%}
    cast(timezone('UTC', {{ moment }}) as date)
{%- endmacro %}

{#- utc_week('2026-01-07 12:00+00') -> 2026-01-05, the Monday of the week -#}
{% macro utc_week(moment) -%}
    cast(date_trunc('week', {{ utc_date(moment) }}) as date)
{%- endmacro %}

{#- parsed_timestamp('2024-08-29T09:34:56.5417789Z') -> 2024-08-29 09:34:56.541778+00; no offset means UTC;
    '' and NULL give NULL. A value that is no time also gives NULL: fnd_payload_problems names it. -#}
{% macro parsed_timestamp(text) -%}
    try_cast({{ text }} as timestamp with time zone)
{%- endmacro %}

{#- seconds_after('2026-01-01 00:00:00', 1) -> 2026-01-01 00:00:01 -#}
{% macro seconds_after(moment, seconds) -%}
    ({{ moment }} + to_seconds({{ seconds }}))
{%- endmacro %}

{#- utc_midnight(date '2026-01-01') -> 2026-01-01 00:00:00+00 -#}
{% macro utc_midnight(date) -%}
    timezone('UTC', cast({{ date }} as timestamp))
{%- endmacro %}

{#- spread_midpoint(0, 24) -> 4.0: the hour by which half of an acceptance is over that is spread over hours since the
    request evenly in ln(1 + hours), as in rpt_time_to_accept. -#}
{% macro spread_midpoint(hours_from, hours_to) -%}
    (sqrt((1 + {{ hours_from }}) * (1 + {{ hours_to }})) - 1)
{%- endmacro %}

{#- A moment before all others: of what is known without a time. -#}
{% macro beginning() -%}
    timestamptz '1970-01-01 00:00:00+00'
{%- endmacro %}

{#- A moment after all others: of what is known now, and will be until something else is. -#}
{% macro ending() -%}
    timestamptz '9998-01-01 00:00:00+00'
{%- endmacro %}
