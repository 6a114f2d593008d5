{{ config(materialized='ephemeral') }}

-- A row for each comparison, even of nothing.
with comparisons as (

    select 'account_type' as comparison, false as is_sensitive
    {%- for entry in compared_pairs() %}
    union all
    select '{{ entry.pair }}', {{ entry.is_sensitive }}
    {%- endfor %}

),

-- How much more accounts differ than chance makes them: what only differs between accounts is no surer than that.
accounts as (

    select
        account_id,
        sum(mature_sent) as account_sent,
        sum(mature_accepted) as account_accepted
    from {{ ref('fnd_period_facts') }}
    where mature_sent = 1
    group by account_id

),

account_scatter as (

    select
        {{ overdispersion(
            spread('accounts.account_accepted', 'accounts.account_sent', 'totals.rate'), 'max(totals.rate)', 'count(*)'
        ) }} as overdispersion
    from accounts
    cross join (
        select {{ rate('sum(account_accepted)', 'sum(account_sent)') }} as rate
        from accounts
    ) as totals

),

suppressed as (

    select distinct pair as comparison
    from {{ ref('rpt_account_lead_match') }}
    where verdict = 'suppressed'

)

select
    comparisons.comparison,
    comparisons.is_sensitive,
    suppressed.comparison is not null as is_hidden,
    {%- for count in [
        'first_sent', 'first_accepted', 'second_sent', 'second_accepted', 'not_comparable', 'people',
        'first_senders', 'second_senders',
    ] %}
    coalesce(counted.{{ count }}, 0) as {{ count }},
    {%- endfor %}
    coalesce(pooled.strata_with_evidence, 0) as strata_with_evidence,
    {{ rate('pooled.evidence_first + pooled.evidence_second', 'counted.first_sent + counted.second_sent') }} as compared_share,
    pooled.first_standardized_rate,
    pooled.second_standardized_rate,
    pooled.risk_difference,
    pooled.odds_ratio,
    case
        when comparisons.comparison = 'account_type' then greatest(1, coalesce(account_scatter.overdispersion, 1))
        else 1
    end as widening,
    pooled.log_odds_ratio_error,
    pooled.cmh_chi_square,
    pooled.homogeneity_chi_square,
    pooled.homogeneity_degrees,
    {{ detectable_difference(
        'pooled.evidence_first_accepted', 'pooled.evidence_first',
        'pooled.evidence_second_accepted', 'pooled.evidence_second'
    ) }} as detectable_difference,
    coalesce(least(pooled.evidence_first, pooled.evidence_second) >= run_parameters.collecting_below, false) as is_enough,
    coalesce(least(counted.first_sent, counted.second_sent) >= run_parameters.collecting_below, false) as is_begun,
    coalesce(counted.is_in_doubt, false) as is_in_doubt,
    case
        when counted.is_in_doubt then 'connected_before'
        when comparisons.comparison = 'account_type' and least(counted.first_senders, counted.second_senders) < {{ fewest_senders() }}
            then 'few_accounts'
        when comparisons.comparison <> 'account_type' and counted.account_values < 2 then 'one_account_value'
    end as not_separable_because,
    run_parameters.since,
    run_parameters.until,
    run_parameters.as_of
from comparisons
cross join account_scatter
cross join {{ ref('stg_operations__run_parameters') }} as run_parameters
left join {{ ref('rpt_comparison_counts') }} as counted on comparisons.comparison = counted.comparison
left join {{ ref('rpt_comparison_pooled') }} as pooled on comparisons.comparison = pooled.comparison
left join suppressed on comparisons.comparison = suppressed.comparison
