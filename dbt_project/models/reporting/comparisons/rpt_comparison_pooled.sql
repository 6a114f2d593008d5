{{ config(materialized='ephemeral') }}

with strata as (

    select * from {{ ref('rpt_comparison_strata') }}
    where is_evidence

),

pooled as (

    select
        comparison,
        cast(sum(a + b) as bigint) as evidence_first,
        cast(sum(c + d) as bigint) as evidence_second,
        cast(sum(a) as bigint) as evidence_first_accepted,
        cast(sum(c) as bigint) as evidence_second_accepted,
        count(*) as strata_with_evidence,
        round(sum((a + b + c + d) * {{ rate('a', 'a + b') }}) / sum(a + b + c + d), 12) as first_standardized_rate,
        round(sum((a + b + c + d) * {{ rate('c', 'c + d') }}) / sum(a + b + c + d), 12) as second_standardized_rate,
        {{ mantel_haenszel_odds_ratio() }} as odds_ratio,
        {{ mantel_haenszel_risk_difference() }} as risk_difference,
        {{ mantel_haenszel_chi_square() }} as cmh_chi_square,
        {{ log_odds_ratio_error() }} as log_odds_ratio_error
    from strata
    group by comparison

),

homogeneity as (

    select
        comparison,
        round(sum({{ breslow_day_term('expected') }}), 12) as homogeneity_chi_square,
        count(expected) - 1 as homogeneity_degrees
    from (
        select
            strata.*,
            case when pooled.odds_ratio > 0 then {{ breslow_day_expected('pooled.odds_ratio') }} end as expected
        from strata
        inner join pooled on strata.comparison = pooled.comparison
    ) as expectations
    group by comparison

)

select
    pooled.*,
    homogeneity.homogeneity_chi_square,
    homogeneity.homogeneity_degrees
from pooled
left join homogeneity on pooled.comparison = homogeneity.comparison
