{#- Two dimensions crossed: what each cell was accepted more or less than its source, its ICP and its sender foretell wherever
    they are. The variance is that by chance, of what a row and a column leave free (adjusted residuals, Haberman 1973), and
    that by lists, which scatter by themselves: how much is estimated by moments within the cells, as far as several lists are
    in one, together with as many lists' worth of the scatter measured between senders as fnd_account_scatter takes. -#}
{%- set cell = ['pair', 'row_segment', 'column_segment'] -%}

with parts as (

    {%- for row, column in crossed_dimensions() %}
    select
        '{{ row.name }}_{{ column.name }}' as pair,
        {{ row.column }} as row_segment,
        {{ column.column }} as column_segment,
        list_id,
        sum(sent) as sent,
        sum(accepted) as accepted,
        {{ exact_sum('sent * chance') }} as expected,
        {{ exact_sum('sent * chance * (1 - chance)') }} as weight
    from {{ ref('fnd_chances_predicted') }}
    group by all
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

cells as (

    select
        *,
        {%- for margin, of in {'row': 'pair, row_segment', 'column': 'pair, column_segment', 'all': 'pair'}.items() %}
        sum(sent) over (partition by {{ of }}) as {{ margin }}_sent,
        {{ exact_sum('weight', 'over (partition by ' ~ of ~ ')') }} as {{ margin }}_weight{{ ',' if not loop.last }}
        {%- endfor %}
    from (
        select
            {{ cell | join(', ') }},
            sum(sent) as sent,
            sum(accepted) as accepted,
            {{ exact_sum('expected') }} as expected,
            {{ exact_sum('weight') }} as weight,
            {{ exact_sum('weight * weight') }} as squares
        from parts
        group by {{ cell | join(', ') }}
    ) as counted

),

-- Lists within a cell against each other: whatever the cell is like, it makes no scatter.
scatter as (

    select
        parts.pair,
        (
            (count(distinct parts.list_id) - 1) * greatest(0, coalesce({{ exact_sum(
                'power(parts.accepted - parts.expected - parts.weight / cells.weight * (cells.accepted - cells.expected), 2)
                - parts.weight * (1 - parts.weight / cells.weight)'
            ) }} / nullif({{ exact_sum(
                'parts.weight * parts.weight * (1 - 2 * parts.weight / cells.weight + cells.squares / (cells.weight * cells.weight))'
            ) }}, 0), 0))
            + {{ usual_groups() }} * power({{ usual_sender_scatter() }}, 2)
        ) / (count(distinct parts.list_id) - 1 + {{ usual_groups() }}) as list_scatter
    from parts
    inner join cells on {% for key in cell %}parts.{{ key }} = cells.{{ key }}{{ ' and ' if not loop.last }}{% endfor +%}
    where cells.weight > 0
    group by parts.pair

),

-- How far the effect of each list would move a cell from what is foretold of it.
exposed as (

    select
        {% for key in cell %}cells.{{ key }}, {% endfor %}
        {{ exact_sum(
            'power(
                coalesce(own.weight, 0)
                - cells.weight * coalesce(in_row.weight, 0) / cells.row_weight
                - cells.weight * coalesce(in_column.weight, 0) / cells.column_weight
                + cells.weight * lists.weight / cells.all_weight, 2
            )'
        ) }} as exposure
    from cells
    inner join (select pair, list_id, {{ exact_sum('weight') }} as weight from parts group by pair, list_id) as lists
        on cells.pair = lists.pair
    left join parts as own
        on {% for key in cell %}cells.{{ key }} = own.{{ key }} and {% endfor %}lists.list_id = own.list_id
    {%- for margin in ['row', 'column'] %}
    left join (
        select pair, {{ margin }}_segment, list_id, {{ exact_sum('weight') }} as weight
        from parts
        group by pair, {{ margin }}_segment, list_id
    ) as in_{{ margin }}
        on cells.pair = in_{{ margin }}.pair
        and cells.{{ margin }}_segment = in_{{ margin }}.{{ margin }}_segment
        and lists.list_id = in_{{ margin }}.list_id
    {%- endfor %}
    where cells.weight > 0
    group by {% for key in cell %}cells.{{ key }}{{ ', ' if not loop.last }}{% endfor %}

)

select
    {% for key in cell %}cells.{{ key }}, {% endfor %}
    cells.sent,
    cells.accepted,
    cells.row_sent,
    cells.column_sent,
    -- Rounded, because logarithms and powers differ in the last digits.
    round(cells.accepted - cells.expected, 9) as beyond_predicted,
    round((1 - cells.weight / cells.row_weight) * (1 - cells.weight / cells.column_weight), 9) as share_free,
    round(
        cells.weight * (1 - cells.weight / cells.row_weight) * (1 - cells.weight / cells.column_weight)
        + scatter.list_scatter * exposed.exposure, 9
    ) as variance
from cells
inner join scatter on cells.pair = scatter.pair
inner join exposed on {% for key in cell %}cells.{{ key }} = exposed.{{ key }}{{ ' and ' if not loop.last }}{% endfor %}
