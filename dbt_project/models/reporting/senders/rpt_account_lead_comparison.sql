{#- Two groups of mature requests compared within strata: leads like their account against leads unlike it, within account,
    so that it does not measure which account got which leads; and AI accounts against real ones, within lead mix (source and
    ICP). Only strata with both groups are evidence, and nothing is said where either group's rate depends on who of the
    undecided was asked. -#}

with facts as (

    select * from {{ ref('fnd_period_facts') }}

),

cells as (

    select * from {{ ref('rpt_account_lead_match') }}

),

run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

-- Mature requests, and the undecided that are mature if they were asked.
{%- for name, who in {'requests': 'mature_sent', 'undecided': 'undecided_mature'}.items() %}
{{ name }} as (

    select
        pair as comparison,
        is_sensitive,
        lead_id,
        account_id,
        account_id as stratum,
        account_value,
        case match when 'same' then 1 when 'different' then 2 end as compared_group,
        mature_accepted,
        undecided_group,
        is_counted
    from ({{ mature_requests_by_pair('facts', who) }}) as pair_requests
    union all
    select
        'account_type' as comparison,
        false as is_sensitive,
        lead_id,
        account_id,
        coalesce(source, 'unknown') || '|' || coalesce(icp, 'unknown') as stratum,
        account_type as account_value,
        case when account_type in ('ai_mirror_saas', 'ai_aimfox_saas') then 1 when account_type = 'real_personal' then 2 end as compared_group,
        mature_accepted,
        undecided_group,
        sent_to_date as is_counted
    from facts
    where {{ who }} = 1

),

{% endfor -%}

in_doubt as (

    select distinct groups.comparison
    from (
        select
            comparison,
            compared_group,
            count(*) as sent,
            sum(mature_accepted) as accepted
        from requests
        group by comparison, compared_group
    ) as groups
    inner join ({{ undecided_by(['comparison', 'compared_group'], 'undecided') }}) as doubt
        on groups.comparison = doubt.comparison
        and groups.compared_group = doubt.compared_group
    where {{ is_rate_in_doubt('groups.accepted', 'groups.sent', 'doubt.fewer', 'doubt.more') }}

),

-- A row for each comparison, even of nothing.
comparisons as (

    select 'account_type' as comparison, false as is_sensitive
    {%- for entry in account_lead_pairs() %}
    union all
    select '{{ entry.pair }}', {{ entry.is_sensitive }}
    {%- endfor %}

),

strata as (

    select
        *,
        a + b > 0 and c + d > 0 as is_evidence
    from (
        select
            comparison,
            stratum,
            count(*) filter (where compared_group = 1 and mature_accepted = 1) as a,
            count(*) filter (where compared_group = 1 and mature_accepted = 0) as b,
            count(*) filter (where compared_group = 2 and mature_accepted = 1) as c,
            count(*) filter (where compared_group = 2 and mature_accepted = 0) as d
        from requests
        where compared_group is not null
        group by comparison, stratum
    ) as counted

),

pooled as (

    select
        comparison,
        cast(sum(a + b) as bigint) as evidence_first,
        cast(sum(c + d) as bigint) as evidence_second,
        cast(sum(a) as bigint) as evidence_first_accepted,
        cast(sum(c) as bigint) as evidence_second_accepted,
        count(*) as strata_with_evidence,
        round(sum((a + b + c + d) * {{ rate('a', 'a + b') }}) / sum(a + b + c + d), 12) as first_standardised_rate,
        round(sum((a + b + c + d) * {{ rate('c', 'c + d') }}) / sum(a + b + c + d), 12) as second_standardised_rate,
        {{ mantel_haenszel_odds_ratio() }} as odds_ratio,
        {{ mantel_haenszel_risk_difference() }} as risk_difference,
        {{ mantel_haenszel_chi_square() }} as cmh_chi_square,
        {{ log_odds_ratio_error() }} as log_odds_ratio_error
    from strata
    where is_evidence
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
        where strata.is_evidence
    ) as expectations
    group by comparison

),

counted as (

    select
        requests.comparison,
        count(*) filter (where requests.compared_group = 1) as first_sent,
        coalesce(sum(requests.mature_accepted) filter (where requests.compared_group = 1), 0) as first_accepted,
        count(*) filter (where requests.compared_group = 2) as second_sent,
        coalesce(sum(requests.mature_accepted) filter (where requests.compared_group = 2), 0) as second_accepted,
        count(*) filter (where requests.compared_group is null) as not_comparable,
        count(distinct case when requests.compared_group is not null then requests.lead_id end) as people,
        count(distinct case when requests.compared_group = 1 and strata.is_evidence then requests.account_id end) as first_senders,
        count(distinct case when requests.compared_group = 2 and strata.is_evidence then requests.account_id end) as second_senders,
        count(distinct case when strata.is_evidence and requests.compared_group is not null then requests.account_value end) as account_values
    from requests
    left join strata
        on requests.comparison = strata.comparison
        and requests.stratum = strata.stratum
    group by requests.comparison

),

-- How much more accounts differ than chance makes them: what only differs between accounts is no surer than that.
accounts as (

    select
        account_id,
        sum(mature_sent) as account_sent,
        sum(mature_accepted) as account_accepted
    from facts
    where mature_sent = 1
    group by account_id

),

account_scatter as (

    select {{ overdispersion(spread('accounts.account_accepted', 'accounts.account_sent', 'totals.rate'), 'max(totals.rate)', 'count(*)') }} as overdispersion
    from accounts
    cross join (select {{ rate('sum(account_accepted)', 'sum(account_sent)') }} as rate from accounts) as totals

),

suppressed as (

    select distinct pair as comparison
    from cells
    where verdict = 'suppressed'

),

estimated as (

    select
        comparisons.comparison,
        comparisons.is_sensitive,
        suppressed.comparison is not null as is_hidden,
        coalesce(counted.first_sent, 0) as first_sent,
        coalesce(counted.first_accepted, 0) as first_accepted,
        coalesce(counted.second_sent, 0) as second_sent,
        coalesce(counted.second_accepted, 0) as second_accepted,
        coalesce(counted.not_comparable, 0) as not_comparable,
        coalesce(counted.people, 0) as people,
        coalesce(counted.first_senders, 0) as first_senders,
        coalesce(counted.second_senders, 0) as second_senders,
        coalesce(pooled.strata_with_evidence, 0) as strata_with_evidence,
        {{ rate('pooled.evidence_first + pooled.evidence_second', 'counted.first_sent + counted.second_sent') }} as compared_share,
        pooled.first_standardised_rate,
        pooled.second_standardised_rate,
        pooled.risk_difference,
        pooled.odds_ratio,
        case when comparisons.comparison = 'account_type' then greatest(1, coalesce(account_scatter.overdispersion, 1)) else 1 end as widening,
        pooled.log_odds_ratio_error,
        pooled.cmh_chi_square,
        homogeneity.homogeneity_chi_square,
        homogeneity.homogeneity_degrees,
        {{ detectable_difference('pooled.evidence_first_accepted', 'pooled.evidence_first', 'pooled.evidence_second_accepted', 'pooled.evidence_second') }} as detectable_difference,
        coalesce(least(pooled.evidence_first, pooled.evidence_second) >= run_parameters.collecting_below, false) as is_enough,
        coalesce(least(counted.first_sent, counted.second_sent) >= run_parameters.collecting_below, false) as is_begun,
        in_doubt.comparison is not null as is_in_doubt,
        case
            when in_doubt.comparison is not null then 'connected_before'
            when comparisons.comparison = 'account_type' and least(counted.first_senders, counted.second_senders) < 3 then 'few_accounts'
            when comparisons.comparison <> 'account_type' and counted.account_values < 2 then 'one_account_value'
        end as not_separable_because,
        run_parameters.since,
        run_parameters.until,
        run_parameters.as_of
    from comparisons
    cross join account_scatter
    cross join run_parameters
    left join counted on comparisons.comparison = counted.comparison
    left join pooled on comparisons.comparison = pooled.comparison
    left join homogeneity on comparisons.comparison = homogeneity.comparison
    left join suppressed on comparisons.comparison = suppressed.comparison
    left join in_doubt on comparisons.comparison = in_doubt.comparison

),

tested as (

    select
        *,
        case when odds_ratio > 0 then exp(ln(odds_ratio) - {{ z_of_significance() }} * log_odds_ratio_error * sqrt(widening)) end as odds_ratio_low,
        case when odds_ratio > 0 then exp(ln(odds_ratio) + {{ z_of_significance() }} * log_odds_ratio_error * sqrt(widening)) end as odds_ratio_high,
        case when cmh_chi_square is not null then {{ normal_p_value('sqrt(cmh_chi_square / widening)') }} end as p_value,
        case when homogeneity_chi_square is not null then {{ chi_square_p_value('homogeneity_chi_square', 'homogeneity_degrees') }} end as homogeneity_p_value
    from estimated

),

eligible as (

    select
        *,
        case when is_enough and not_separable_because is null and not is_hidden then p_value end as judged_p_value
    from tested

),

ranked as (

    select
        *,
        'all' as family,
        count(judged_p_value) over () as q_family_size,
        row_number() over (order by judged_p_value nulls last, comparison) as q_rank
    from eligible

),

judged as (

    select
        *,
        {{ benjamini_hochberg('judged_p_value', 'family') }} as q_value
    from ranked

),

final as (

    select
        comparison,
        case comparison when 'account_type' then 'AI accounts' else 'Same' end as first_label,
        case comparison when 'account_type' then 'Real accounts' else 'Different' end as second_label,
        case comparison when 'account_type' then 'source and ICP' else 'account' end as compared_within,
        is_sensitive,
        {%- for column in ['first_sent', 'first_accepted', 'second_sent', 'second_accepted', 'not_comparable', 'people', 'first_senders', 'second_senders', 'strata_with_evidence'] %}
        cast(case when not is_hidden then {{ column }} end as bigint) as {{ column }},
        {%- endfor %}
        {%- for column in ['compared_share', 'log_odds_ratio_error', 'widening', 'detectable_difference'] %}
        cast(case when not is_hidden then {{ column }} end as double) as {{ column }},
        {%- endfor %}
        {%- for column in ['first_standardised_rate', 'second_standardised_rate', 'risk_difference', 'odds_ratio', 'odds_ratio_low', 'odds_ratio_high', 'cmh_chi_square', 'p_value', 'q_value', 'homogeneity_chi_square', 'homogeneity_p_value'] %}
        cast(case when not is_hidden and not is_in_doubt then {{ column }} end as double) as {{ column }},
        {%- endfor %}
        cast(case when not is_hidden then homogeneity_degrees end as bigint) as homogeneity_degrees,
        case
            when is_hidden or not is_begun then null
            when not_separable_because is not null then not_separable_because
            when is_enough and {{ is_significant('homogeneity_p_value') }} then 'strata_disagree'
        end as not_separable_because,
        case
            when is_hidden then 'suppressed'
            when not is_begun then 'collecting'
            when not_separable_because is not null then 'not_separable'
            when is_enough and {{ is_significant('homogeneity_p_value') }} then 'not_separable'
            when is_enough and {{ is_significant('q_value') }} and is_sensitive then 'background'
            else {{ verdict(
                is_significant('q_value'), 'risk_difference', collecting='not is_enough',
                detectable='detectable_difference', others_rate='second_standardised_rate'
            ) }}
        end as verdict,
        since,
        until,
        as_of
    from judged

)

select * from final
