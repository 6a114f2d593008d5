{#- Two groups of mature requests compared within strata: leads like their account against leads unlike it, within account,
    so that it does not measure which account got which leads; and AI accounts against real ones, within lead mix (source and
    ICP). Only strata with both groups are evidence, and nothing is said where either group's rate depends on who of the
    undecided was asked. -#}

with tested as (

    select
        *,
        {%- for side, sign in {'low': '-', 'high': '+'}.items() %}
        case
            when odds_ratio > 0
                then exp(ln(odds_ratio) {{ sign }} {{ z_of_significance() }} * log_odds_ratio_error * sqrt(widening))
        end as odds_ratio_{{ side }},
        {%- endfor %}
        case
            when cmh_chi_square is not null then {{ normal_p_value('sqrt(cmh_chi_square / widening)') }}
        end as p_value,
        case
            when homogeneity_chi_square is not null
                then {{ chi_square_p_value('homogeneity_chi_square', 'homogeneity_degrees') }}
        end as homogeneity_p_value
    from {{ ref('rpt_comparisons_estimated') }}

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

)

select
    comparison,
    case comparison when 'account_type' then 'AI accounts' else 'Same' end as first_label,
    case comparison when 'account_type' then 'Real accounts' else 'Different' end as second_label,
    case comparison when 'account_type' then 'source and ICP' else 'account' end as compared_within,
    is_sensitive,
    {%- for column in [
        'first_sent', 'first_accepted', 'second_sent', 'second_accepted', 'not_comparable', 'people',
        'first_senders', 'second_senders', 'strata_with_evidence'
    ] %}
    cast(case when not is_hidden then {{ column }} end as bigint) as {{ column }},
    {%- endfor %}
    {%- for column in ['compared_share', 'log_odds_ratio_error', 'widening', 'detectable_difference'] %}
    cast(case when not is_hidden then {{ column }} end as double) as {{ column }},
    {%- endfor %}
    {%- for column in [
        'first_standardized_rate', 'second_standardized_rate', 'risk_difference', 'odds_ratio',
        'odds_ratio_low', 'odds_ratio_high', 'cmh_chi_square', 'p_value', 'q_value',
        'homogeneity_chi_square', 'homogeneity_p_value'
    ] %}
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
            detectable='detectable_difference', others_rate='second_standardized_rate'
        ) }}
    end as verdict,
    since,
    until,
    as_of
from judged
