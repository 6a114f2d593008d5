{#- A logistic regression of acceptance on the shares of all components, each stratum with a level of its own. Its steps go by the largest
    curvature that there can be (Böhning and Lindsay 1988), so that every one of them is uphill and one inverse serves all, until one
    gains next to nothing. -#}
{%- set components = score_components() | map(attribute='name') | list -%}
{%- set size = components | length -%}
{%- set ridge = ridge_of_points() -%}
{%- set most_rounds = 200 -%}
{%- set least_gain = '1e-10' -%}

with recursive patterns as materialized (

    select * from {{ ref('fnd_score_patterns') }}

),

largest_curvature as (

    select icp_profile, {{ sums_of_products(components, 'sent / 4') }} as products
    from patterns
    group by icp_profile

),

curvature_entries as (

    {{ matrix_entries('largest_curvature', size, ridge) }}

),

swept_curvature as (

    {{ sweep('curvature_entries', 'swept_curvature') }}

),

steps as materialized (

    select icp_profile, {{ listed_by('step_row', 'row_number') }} as step_rows
    from (
        select icp_profile, row_number, {{ listed_by('-entry', 'column_number') }} as step_row
        from swept_curvature
        where step = {{ size }}
        group by icp_profile, row_number
    ) as inverse
    group by icp_profile

),

fitted as (

    select
        icp_profile,
        stratum,
        ln(max(stratum_accepted) / (max(stratum_sent) - max(stratum_accepted))) as level,
        [{% for _ in components %}cast(0 as double){{ ', ' if not loop.last }}{% endfor %}] as log_odds,
        cast(1 as double) as gain,
        0 as round
    from patterns
    group by icp_profile, stratum
    union all
    select
        uphill.icp_profile,
        uphill.stratum,
        uphill.level + uphill.level_step,
        [
            {%- for _ in components %}
            uphill.log_odds[{{ loop.index }}] + {{ inner_product('steps.step_rows[' ~ loop.index ~ ']', 'uphill.slopes') }}
            {{- ',' if not loop.last }}
            {%- endfor %}
        ],
        {% for _ in components -%}
        uphill.slopes[{{ loop.index }}] * {{ inner_product('steps.step_rows[' ~ loop.index ~ ']', 'uphill.slopes') }} +
        {% endfor -%}
        {{ exact_sum('uphill.level_step * uphill.beyond', 'over (partition by uphill.icp_profile)') }},
        uphill.round + 1
    from (
        select
            icp_profile,
            stratum,
            level,
            log_odds,
            round,
            beyond,
            4 * beyond / sent as level_step,
            [
                {%- for component in components %}
                {{ exact_sum(component, 'over (partition by icp_profile)') }} - {{ ridge }} * log_odds[{{ loop.index }}]
                {{- ',' if not loop.last }}
                {%- endfor %}
            ] as slopes
        from (
            select
                icp_profile,
                stratum,
                any_value(level) as level,
                any_value(log_odds) as log_odds,
                any_value(round) as round,
                sum(sent) as sent,
                {{ exact_sum('beyond') }} as beyond,
                {%- for component in components %}
                {{ exact_sum('beyond * ' ~ component) }} as {{ component }}{{ ',' if not loop.last }}
                {%- endfor %}
            from (
                select
                    patterns.*,
                    fitted.level,
                    fitted.log_odds,
                    fitted.round,
                    patterns.accepted - patterns.sent / (1 + exp(-({{ fitted_logit() }}))) as beyond
                from fitted
                inner join patterns on fitted.icp_profile = patterns.icp_profile and fitted.stratum = patterns.stratum
                where fitted.gain > {{ least_gain }} and fitted.round < {{ most_rounds }}
            ) as held_against
            group by icp_profile, stratum
        ) as by_stratum
    ) as uphill
    inner join steps on uphill.icp_profile = steps.icp_profile

)

select
    icp_profile,
    stratum,
    level,
    log_odds,
    round
from fitted
qualify round = max(round) over (partition by icp_profile)
