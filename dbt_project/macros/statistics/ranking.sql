{#- Ranking a few groups by shrunken rates: which is the best, and how sure that is. A rate of n with a prior of strength K is beta; here it
    is taken as normal with the same mean m and variance m (1 - m) / (n + K + 1). -#}

{#- 0 to 1: the chance that a standard normal is below z. -#}
{% macro normal_below(z) -%}
    case when {{ z }} < 0 then {{ normal_p_value(z) }} / 2 else 1 - {{ normal_p_value(z) }} / 2 end
{%- endmacro %}

{#- For each row of `relation` (keys, `value`, `shrunken_rate`, `shrunken_variance`) the chance that its rate is the highest of those with
    the same keys, as `best_chance`: over its own distribution, that all others are below, by steps of a tenth of a standard deviation.
    Where nothing varies each has the same. Within keys they add up to 1. -#}
{% macro best_chances(relation, keys) -%}
    select
        {% for key in keys %}{{ key }}, {% endfor %}
        value,
        coalesce(weight / nullif(sum(weight) over (partition by {{ keys | join(', ') }}), 0), 1.0 / count(*) over (
            partition by {{ keys | join(', ') }}
        )) as best_chance
    from (
        select
            {% for key in keys %}{{ key }}, {% endfor %}
            value,
            sum(exp(-power(deviation, 2) / 2 + others_below)) as weight
        from (
            select
                {% for key in keys %}this.{{ key }}, {% endfor %}
                this.value,
                steps.number / 10.0 - 4 as deviation,
                sum(case
                    when other.value <> this.value
                        then ln(greatest({{ normal_below(
                            '((this.shrunken_rate + (steps.number / 10.0 - 4) * sqrt(this.shrunken_variance) - other.shrunken_rate)'
                            ~ ' / nullif(sqrt(other.shrunken_variance), 0))'
                        ) }}, 1e-300))
                    else 0
                end) as others_below
            from {{ relation }} as this
            inner join {{ relation }} as other
                on {% for key in keys %}this.{{ key }} = other.{{ key }}{{ ' and ' if not loop.last }}{% endfor %}
            cross join ({{ numbers_to(79) }}) as steps
            group by {% for key in keys %}this.{{ key }}, {% endfor %}this.value, steps.number
        ) as stepped
        group by {% for key in keys %}{{ key }}, {% endfor %}value
    ) as weighed
{%- endmacro %}
