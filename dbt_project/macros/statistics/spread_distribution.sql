{#- The distribution of durations known only as intervals, each spread evenly over its interval: for every edge of an
    interval, how many durations are over by then (a number with a fraction), and how fast that number grows from
    there. Between two edges it grows evenly. `relation` has the columns of `groups`, and `spread_from` and `spread_to`,
    in hours or on any scale that grows with them, with `spread_from` < `spread_to`.

    One to three intervals of [0, 4) and [2, 6): over by 2 h: 0.5, by 4 h: 1.5, by 6 h: 2. -#}
{% macro spread_distribution(relation, groups) -%}
    select
        {{ groups }},
        hours,
        rate_after,
        sum(coalesce((hours - hours_before) * rate_before, 0)) over (
            partition by {{ groups }} order by hours rows between unbounded preceding and current row
        ) as over_by
    from (
        select
            *,
            lag(hours) over (partition by {{ groups }} order by hours) as hours_before,
            lag(rate_after) over (partition by {{ groups }} order by hours) as rate_before
        from (
            select
                {{ groups }},
                hours,
                sum(sum(rate_change)) over (
                    partition by {{ groups }} order by hours rows between unbounded preceding and current row
                ) as rate_after
            from (
                select {{ groups }}, spread_from as hours, 1.0 / (spread_to - spread_from) as rate_change from {{ relation }}
                union all
                select {{ groups }}, spread_to as hours, -1.0 / (spread_to - spread_from) as rate_change from {{ relation }}
            ) as changes
            group by {{ groups }}, hours
        ) as rates
    ) as steps
{%- endmacro %}

{#- An aggregate over the rows of spread_distribution with the row before in `..._before`: the hours by which `number`
    durations are over. `number` is the same for the whole group. A whole number reached but for rounding is
    reached: else the next duration, perhaps days later, would be taken. -#}
{% macro hours_until(number) -%}
    min(case
        when over_before < {{ number }} - 1e-9 and over_by >= {{ number }} - 1e-9
            then least(hours_before + ({{ number }} - over_before) / rate_before, hours)
    end)
{%- endmacro %}
