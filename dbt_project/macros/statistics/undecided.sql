{#- By how many fewer of the undecided than are counted may have been asked, in a part of a group: at least those were who
    find no room outside it. `groups` has what HeyReach counted of the whole group. -#}
{% macro undecided_fewer(undecided, counted, groups='groups') -%}
    {{ counted }} - greatest({{ groups }}.at_least - ({{ groups }}.group_rows - {{ undecided }}), 0)
{%- endmacro %}

{#- The same, by how many more: at most as many as HeyReach counted. -#}
{% macro undecided_more(undecided, counted, groups='groups') -%}
    least({{ undecided }}, {{ groups }}.at_most) - {{ counted }}
{%- endmacro %}

{#- What HeyReach counted of each group of undecided leads. -#}
{% macro undecided_groups() -%}
    select
        undecided_group,
        max(group_rows) as group_rows,
        max(group_asked_at_least) as at_least,
        max(group_asked_at_most) as at_most
    from {{ ref('int_connections_asked') }}
    where is_undecided
    group by undecided_group
{%- endmacro %}

{#- Both for each cell: of a relation of undecided leads with the columns `keys`, `undecided_group`, and `is_counted` (1 or
    0), one row per value of the keys, with `fewer` and `more`. -#}
{% macro undecided_by(keys, undecided) -%}
    select
        {% for key in keys %}parts.{{ key }}, {% endfor %}
        sum({{ undecided_fewer('parts.undecided', 'parts.counted') }}) as fewer,
        sum({{ undecided_more('parts.undecided', 'parts.counted') }}) as more
    from (
        select
            {{ keys | join(', ') }},
            undecided_group,
            count(*) as undecided,
            sum(is_counted) as counted
        from {{ undecided }}
        group by all
    ) as parts
    inner join ({{ undecided_groups() }}) as groups on parts.undecided_group = groups.undecided_group
    group by {% for key in keys %}parts.{{ key }}{{ ', ' if not loop.last }}{% endfor %}
{%- endmacro %}

{#- The rate with as few, and with as many, of the undecided as may have been asked: all of them are acceptances. Where it
    may be that nobody was asked, it is 0 at the least. -#}
{% macro rate_at_least(accepted, sent, fewer) -%}
    coalesce({{ rate('(' ~ accepted ~ ' - ' ~ fewer ~ ')', '(' ~ sent ~ ' - ' ~ fewer ~ ')') }}, 0)
{%- endmacro %}

{% macro rate_at_most(accepted, sent, more) -%}
    {{ rate('(' ~ accepted ~ ' + ' ~ more ~ ')', '(' ~ sent ~ ' + ' ~ more ~ ')') }}
{%- endmacro %}

{#- Whether the undecided could move a rate by more than a point: then it is withheld. NULL of nothing. -#}
{% macro is_rate_in_doubt(accepted, sent, fewer, more) -%}
    ({{ rate_at_most(accepted, sent, more) }} - {{ rate_at_least(accepted, sent, fewer) }} > 0.01)
{%- endmacro %}
