{#- What each component is worth beside the others, and how sure that is: the greater of what chance makes of it and of what is seen
    between companies, whose leads share what is known of them (the sandwich by clusters; Liang and Zeger 1986). -#}
{%- set components = score_components() | map(attribute='name') | list -%}
{%- set size = components | length -%}

with recursive predicted as (

    select
        patterns.*,
        1 / (1 + exp(-({{ fitted_logit() }}))) as chance
    from {{ ref('fnd_score_fits') }} as fitted
    inner join {{ ref('fnd_score_patterns') }} as patterns
        on fitted.icp_profile = patterns.icp_profile and fitted.stratum = patterns.stratum

),

centred as materialized (

    select
        icp_profile,
        stratum,
        points,
        chance,
        sent * chance * (1 - chance) as weight,
        {%- for component in components %}
        {{ component }} - {{ exact_sum('sent * chance * (1 - chance) * ' ~ component, 'over of_stratum') }}
        / {{ exact_sum('sent * chance * (1 - chance)', 'over of_stratum') }} as {{ component }}{{ ',' if not loop.last }}
        {%- endfor %}
    from predicted
    window of_stratum as (partition by icp_profile, stratum)

),

information as (

    select icp_profile, {{ sums_of_products(components, 'weight') }} as products
    from centred
    group by icp_profile

),

information_entries as (

    {{ matrix_entries('information', size, ridge_of_points()) }}

),

swept as (

    {{ sweep('information_entries', 'swept') }}

),

inverse as materialized (

    select icp_profile, row_number, column_number, -entry as entry
    from swept
    where step = {{ size }}

),

companies as (

    select
        requests.icp_profile,
        {%- for component in components %}
        {{ exact_sum('(requests.accepted - centred.chance) * centred.' ~ component) }} as {{ component }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('fnd_scored_requests') }} as requests
    inner join centred
        on requests.icp_profile = centred.icp_profile
        and {{ stratum_of_points('requests') }} = centred.stratum
        and requests.points = centred.points
    group by requests.icp_profile, requests.company

),

between_companies as (

    select
        icp_profile,
        {{ sums_of_products(components, '1') }} as products,
        count(*) / cast(nullif(count(*) - 1, 0) as double) as of_so_many
    from companies
    group by icp_profile

),

between_entries as (

    {{ matrix_entries('between_companies', size, 0) }}

),

sandwiched as (

    select
        before.icp_profile,
        before.row_number,
        {{ exact_sum('before.entry * between_entries.entry * behind.entry') }} * max(between_companies.of_so_many) as variance
    from inverse as before
    inner join between_entries
        on before.icp_profile = between_entries.icp_profile and before.column_number = between_entries.row_number
    inner join inverse as behind
        on before.icp_profile = behind.icp_profile
        and before.row_number = behind.row_number
        and between_entries.column_number = behind.column_number
    inner join between_companies on before.icp_profile = between_companies.icp_profile
    group by before.icp_profile, before.row_number

)

select
    inverse.icp_profile,
    [{% for component in components %}'{{ component }}'{{ ', ' if not loop.last }}{% endfor %}][inverse.row_number] as component,
    -- Rounded, because logarithms and powers differ in the last digits.
    round(estimates.log_odds[inverse.row_number], 9) as log_odds,
    round(sqrt(greatest(inverse.entry, coalesce(sandwiched.variance, 0))), 9) as standard_error
from inverse
inner join (select distinct icp_profile, log_odds from {{ ref('fnd_score_fits') }}) as estimates
    on inverse.icp_profile = estimates.icp_profile
inner join sandwiched
    on inverse.icp_profile = sandwiched.icp_profile and inverse.row_number = sandwiched.row_number
where inverse.row_number = inverse.column_number
