{#- Symmetric matrices of a few columns, one for each profile: their products are sums over rows, their inverse is found by sweeping
    (Goodnight 1979). -#}

{#- The sums of weight times each product of two columns, as a list: (1, 1), (1, 2) .. (1, n), (2, 2) .. (n, n). -#}
{% macro sums_of_products(columns, weight) -%}
    [
        {%- for row in columns %}{% set position = loop.index0 %}{% for column in columns[position:] %}
        {{ exact_sum(weight ~ ' * ' ~ row ~ ' * ' ~ column) }}{{ ',' if not (loop.last and position == columns | length - 1) }}
        {%- endfor %}{% endfor %}
    ]
{%- endmacro %}

{#- The same, an entry for each row and column: of `sums` (icp_profile, products), with `ridge` on the diagonal, which keeps a column of
    which nothing is known from making the inverse impossible. -#}
{% macro matrix_entries(sums, size, ridge) -%}
    select
        {{ sums }}.icp_profile,
        rows.number as row_number,
        columns.number as column_number,
        {{ sums }}.products[
            (least(rows.number, columns.number) - 1) * (2 * {{ size }} - least(rows.number, columns.number) + 2) // 2
            + abs(rows.number - columns.number) + 1
        ] + case when rows.number = columns.number then {{ ridge }} else 0 end as entry
    from {{ sums }}
    cross join ({{ numbers_to(size) }}) as rows
    cross join ({{ numbers_to(size) }}) as columns
{%- endmacro %}

{#- A recursive query: the entries (icp_profile, row_number, column_number, entry) swept one column after the other; after `size` steps
    they are those of the inverse, with the sign turned. `swept` is the name of the query itself. -#}
{% macro sweep(entries, swept) -%}
    {%- set at = swept ~ '.step + 1' -%}
    select *, 0 as step from {{ entries }}
    union all
    select
        {{ swept }}.icp_profile,
        {{ swept }}.row_number,
        {{ swept }}.column_number,
        case
            when {{ swept }}.row_number = {{ at }} and {{ swept }}.column_number = {{ at }} then -1 / corner.entry
            when {{ swept }}.row_number = {{ at }} or {{ swept }}.column_number = {{ at }} then {{ swept }}.entry / corner.entry
            else {{ swept }}.entry - beside.entry * above.entry / corner.entry
        end,
        {{ at }}
    from {{ swept }}
    inner join {{ swept }} as corner
        on {{ swept }}.icp_profile = corner.icp_profile and corner.row_number = {{ at }} and corner.column_number = {{ at }}
    inner join {{ swept }} as beside
        on {{ swept }}.icp_profile = beside.icp_profile
        and {{ swept }}.row_number = beside.row_number
        and beside.column_number = {{ at }}
    inner join {{ swept }} as above
        on {{ swept }}.icp_profile = above.icp_profile
        and {{ swept }}.column_number = above.column_number
        and above.row_number = {{ at }}
{%- endmacro %}
