{#- The sum of `column` over this model's rows against the sum of `other_column` over the other model's:
    one row with both when they differ. -#}
{% test same_total_as(model, column, other_model, other_column, where='true', other_where='true') %}
    with here as (
        select coalesce(sum({{ column }}), 0) as total from {{ model }} where {{ where }}
    ),

    there as (
        select coalesce(sum({{ other_column }}), 0) as total from {{ other_model }} where {{ other_where }}
    )

    select here.total as total_here, there.total as total_there
    from here
    cross join there
    where here.total is distinct from there.total
{% endtest %}
