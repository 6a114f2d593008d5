{#- Every segment is compared with all the others together, on mature requests. Its family for the false-discovery rate
    is its table; its shrunken rate is drawn towards the table's by as much as the table's segments scatter. What describes
    an account differs only between accounts, so their scatter widens its comparison, and under three accounts on either
    side it is not compared at all. -#}
{%- set account_attributes = "('account_type', 'account_kind', 'account_gender', 'account_job_title', 'account_seniority')" -%}

with facts as (

    select * from {{ ref('int_period_facts') }}

),

labels as (

    select * from {{ ref('int_segments_labelled') }}

),

run_parameters as (

    select * from {{ ref('stg_heyreach__run_parameters') }}

),

-- A keyword string names several keywords: a fact counts under each of them, once.
keyword_facts as (

    select
        *,
        unnest({{ split_keywords('keywords') }}) as keyword
    from facts

),

counted as (

    {%- for entry in segment_dimensions() %}
    select
        '{{ entry.dimension }}' as dimension,
        coalesce({{ entry.column }}, '{{ entry.missing }}') as segment,
        {%- for count in fact_counts() %}
        sum({{ count }}) as {{ count }},
        {%- endfor %}
        count(distinct case when sent_to_date > 0 then account_id end) as senders
    from facts
    group by segment
    union all
    {%- endfor %}
    select
        'keyword' as dimension,
        keyword as segment,
        {%- for count in fact_counts() %}
        sum({{ count }}) as {{ count }},
        {%- endfor %}
        count(distinct case when sent_to_date > 0 then account_id end) as senders
    from keyword_facts
    group by segment

),

-- A segment without anything in it is not worth a row.
with_content as (

    select * from counted
    where leads_imported + leads_undated + sent + sent_to_date > 0

),

totals as (

    select
        sum(mature_sent) as all_sent,
        sum(mature_accepted) as all_accepted,
        count(distinct case when sent_to_date > 0 then account_id end) as all_senders
    from facts

),

families as (

    select
        dimension,
        count(*) as family_segments,
        sum(mature_sent) as family_sent,
        sum(mature_sent * mature_sent) as family_squares,
        {{ rate('sum(mature_accepted)', 'sum(mature_sent)') }} as family_rate
    from with_content
    where mature_sent > 0
    group by dimension

),

scatter as (

    select
        families.*,
        sums.family_spread,
        -- Above 1 the segments differ more than chance makes them.
        sums.family_spread / nullif(families.family_rate * (1 - families.family_rate) * (families.family_segments - 1), 0) as overdispersion
    from families
    inner join (
        select
            with_content.dimension,
            -- Rounded, because a sum of fractions depends on its order in the last digits.
            round(
                sum(with_content.mature_sent * power({{ rate('with_content.mature_accepted', 'with_content.mature_sent') }} - families.family_rate, 2)),
                12
            ) as family_spread
        from with_content
        inner join families on with_content.dimension = families.dimension
        where with_content.mature_sent > 0
        group by with_content.dimension
    ) as sums on families.dimension = sums.dimension

),

against_the_rest as (

    select
        with_content.*,
        totals.all_sent - with_content.mature_sent as rest_sent,
        totals.all_accepted - with_content.mature_accepted as rest_accepted,
        scatter.family_rate,
        {{ prior_strength() }} as family_prior_strength,
        case
            when with_content.dimension in {{ account_attributes }}
                then greatest(1, coalesce((select accounts.overdispersion from scatter as accounts where accounts.dimension = 'account'), 1))
            else 1
        end as widening,
        with_content.dimension in {{ account_attributes }}
        and least(with_content.senders, totals.all_senders - with_content.senders) < 3 as is_not_separable,
        least(with_content.mature_sent, totals.all_sent - with_content.mature_sent) >= run_parameters.collecting_below as is_enough
    from with_content
    left join scatter on with_content.dimension = scatter.dimension
    cross join totals
    cross join run_parameters

),

compared as (

    select
        *,
        {{ rate('rest_accepted', 'rest_sent') }} as rest_rate,
        {{ two_proportion_z('mature_accepted', 'mature_sent', 'rest_accepted', 'rest_sent') }} / sqrt(widening) as z
    from against_the_rest

),

judged as (

    select
        *,
        case when is_enough and not is_not_separable then {{ normal_p_value('z') }} end as p_value
    from compared

),

ranked as (

    select
        *,
        count(p_value) over (partition by dimension) as q_family_size,
        row_number() over (partition by dimension order by p_value nulls last, segment) as q_rank
    from judged

),

with_verdicts as (

    select
        *,
        {{ benjamini_hochberg('p_value', 'dimension') }} as q_value,
        case
            when is_enough then {{ detectable_difference('mature_accepted', 'mature_sent', 'rest_accepted', 'rest_sent') }} * sqrt(widening)
        end as detectable_difference
    from ranked

),

final as (

    select
        with_verdicts.dimension,
        with_verdicts.segment,
        coalesce(labels.segment_label, with_verdicts.segment) as segment_label,
        {%- for count in fact_counts() %}
        cast(with_verdicts.{{ count }} as bigint) as {{ count }},
        {%- endfor %}
        {{ accept_rate_columns() }},
        with_verdicts.senders,
        case
            when with_verdicts.mature_sent > 0
                then (with_verdicts.mature_accepted + with_verdicts.family_rate * coalesce(with_verdicts.family_prior_strength, 1e6))
                / (with_verdicts.mature_sent + coalesce(with_verdicts.family_prior_strength, 1e6))
        end as eb_rate,
        case when with_verdicts.is_enough then {{ rate('mature_accepted', 'mature_sent') }} - with_verdicts.rest_rate end as difference,
        case when with_verdicts.is_enough then {{ newcombe_low('mature_accepted', 'mature_sent', 'rest_accepted', 'rest_sent') }} end as difference_low,
        case when with_verdicts.is_enough then {{ newcombe_high('mature_accepted', 'mature_sent', 'rest_accepted', 'rest_sent') }} end as difference_high,
        with_verdicts.detectable_difference,
        with_verdicts.p_value,
        with_verdicts.q_value,
        case
            when with_verdicts.mature_sent = 0 then 'collecting'
            when with_verdicts.is_not_separable then 'not_separable'
            when not with_verdicts.is_enough then 'collecting'
            when with_verdicts.q_value <= 0.05 and with_verdicts.z < 0 then 'lower'
            when with_verdicts.q_value <= 0.05 then 'higher'
            when with_verdicts.detectable_difference * 2 > with_verdicts.rest_rate then 'underpowered'
            else 'no_evidence'
        end as verdict,
        run_parameters.as_of
    from with_verdicts
    left join labels
        on with_verdicts.dimension = labels.dimension
        and with_verdicts.segment = labels.segment
    cross join run_parameters

)

select * from final
