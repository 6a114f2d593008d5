{#- Cumulative incidence with a competing event (Aalen-Johansen), one row per distinct time. `relation` has the columns
    `hours` and `outcome` (1 accepted, 2 withdrawn, 0 still open when last looked). At equal times events come before
    what is still open. Formula and checks against statsmodels: F1(t) = sum of S(t-) d1 / n. -#}
{% macro cumulative_incidence(relation) -%}
    select
        hours,
        at_risk,
        accepted,
        withdrawn,
        sum(open_before * accepted / at_risk) over up_to as share_accepted,
        sum(open_before * withdrawn / at_risk) over up_to as share_withdrawn
    from (
        select
            *,
            -- Everybody who is left at some time leaves at it when the logarithm would be of zero.
            coalesce(
                exp(sum(case when at_risk > accepted + withdrawn then ln(1 - (accepted + withdrawn) / at_risk) end) over (
                    order by hours rows between unbounded preceding and 1 preceding
                )),
                1.0
            ) as open_before
        from (
            select
                hours,
                count(*) filter (where outcome = 1) * 1.0 as accepted,
                count(*) filter (where outcome = 2) * 1.0 as withdrawn,
                sum(count(*)) over (order by hours desc rows between unbounded preceding and current row) * 1.0 as at_risk
            from {{ relation }}
            group by hours
        ) as counted
    ) as surviving
    window up_to as (order by hours rows between unbounded preceding and current row)
{%- endmacro %}
