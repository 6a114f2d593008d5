{#- Every segment is compared with all the others together, on mature requests. Its family for the false-discovery rate
    is its table; its shrunken rate is drawn towards the table's by as much as the table's segments scatter. What describes
    an account differs only between accounts, so their scatter widens its comparison, and under three accounts on either
    side it is not compared at all.

    What describes a person (`sensitive`) is counted and not compared. Its cells of fewer than `sensitive_cell_minimum`
    people are suppressed, and with them the next smallest ones until at least two cells and that many people are hidden
    together: the total is public, so what is hidden is only ever known as a sum. -#}

with facts as (

    select * from {{ ref('fnd_period_facts') }}

),

bounds as (

    select * from {{ ref('fnd_segment_bounds') }}

),

run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

-- A keyword string names several keywords: a fact counts under each of them, once.
keyword_facts as (

    select
        *,
        unnest({{ split_keywords('keywords') }}) as keyword
    from facts

),

counted as (

    {%- for entry in exclusive_dimensions() %}
    select
        '{{ entry.name }}' as dimension,
        coalesce({{ entry.column }}, '{{ entry.missing }}') as segment,
        {%- for count in fact_counts() + doubt_counts() %}
        sum({{ count }}) as {{ count }},
        {%- endfor %}
        count(distinct case when sent_to_date > 0 then account_id end) as senders,
        count(distinct case when leads_imported + leads_undated + sent_undated + sent_to_date > 0 then lead_id end) as people
    from facts
    group by segment
    union all
    {%- endfor %}
    select
        'keyword' as dimension,
        keyword as segment,
        {%- for count in fact_counts() + doubt_counts() %}
        sum({{ count }}) as {{ count }},
        {%- endfor %}
        count(distinct case when sent_to_date > 0 then account_id end) as senders,
        count(distinct case when leads_imported + leads_undated + sent_undated + sent_to_date > 0 then lead_id end) as people
    from keyword_facts
    group by segment

),

-- Two lists may describe one person differently: in what is hidden together a person counts once, wherever it is.
people_counted_once as (

    {%- for entry in sensitive_dimensions() %}
    select
        '{{ entry.name }}' as dimension,
        segment,
        count(*) as people_counted_here
    from (
        select
            lead_id,
            min(coalesce({{ entry.column }}, '{{ entry.missing }}')) as segment
        from facts
        where leads_imported + leads_undated + sent_undated + sent_to_date > 0
        group by lead_id
    ) as each_person
    group by segment
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

),

-- A segment without anything in it is not worth a row.
with_content as (

    select
        counted.*,
        coalesce(people_counted_once.people_counted_here, 0) as people_counted_here
    from counted
    left join people_counted_once
        on counted.dimension = people_counted_once.dimension
        and counted.segment = people_counted_once.segment
    where counted.leads_imported + counted.leads_undated + counted.sent + counted.sent_to_date > 0

),

sized as (

    select
        with_content.*,
        dimension in {{ names_in(sensitive_dimensions()) }} as is_sensitive,
        bool_or(segment not in ('{{ missing_segments() | join("', '") }}')) over (partition by dimension) as is_collected,
        row_number() over smallest_first as size_rank,
        sum(people_counted_here) over smallest_first as people_up_to,
        sum(people_counted_here) over (partition by dimension) as table_people,
        count(*) over (partition by dimension) as table_cells,
        count(*) filter (where people < run_parameters.sensitive_cell_minimum) over (partition by dimension) as small_cells,
        run_parameters.sensitive_cell_minimum
    from with_content
    cross join run_parameters
    window smallest_first as (
        partition by dimension order by people, segment rows between unbounded preceding and current row
    )

),

hidden as (

    select
        *,
        -- Where nothing was collected the only cell is the public total.
        is_sensitive
        and is_collected
        and small_cells > 0
        and size_rank <= coalesce(
            min(size_rank) filter (
                where size_rank >= greatest(small_cells, 2) and people_up_to >= sensitive_cell_minimum
            ) over (partition by dimension),
            table_cells
        ) as is_hidden
    from sized

),

-- Among too few people even the name of a segment would tell what they are, so one row stands for all.
suppressed as (

    select
        dimension,
        case when is_hidden and table_people < sensitive_cell_minimum then 'suppressed' else segment end as segment,
        is_sensitive,
        is_collected,
        is_hidden,
        {%- for count in fact_counts() + doubt_counts() + ['senders', 'people'] %}
        case when not is_hidden then {{ count }} end as {{ count }}{{ ',' if not loop.last }}
        {%- endfor %}
    from hidden
    where not (is_hidden and table_people < sensitive_cell_minimum and size_rank > 1)

),

-- What is hidden has no bounds either.
bounded as (

    select
        suppressed.*,
        {%- for count in undecided_counts() %}
        case when not suppressed.is_hidden then coalesce(bounds.{{ count }}_fewer, 0) end as {{ count }}_fewer,
        case when not suppressed.is_hidden then coalesce(bounds.{{ count }}_more, 0) end as {{ count }}_more{{ ',' if not loop.last }}
        {%- endfor %}
    from suppressed
    left join bounds
        on suppressed.dimension = bounds.dimension
        and suppressed.segment = bounds.segment

),

totals as (

    select
        sum(mature_sent) as all_sent,
        sum(out_of_sight) as all_out_of_sight,
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
    from suppressed
    where mature_sent > 0 and not is_sensitive
    group by dimension

),

scatter as (

    select
        families.*,
        sums.family_spread,
        {{ overdispersion('sums.family_spread', 'families.family_rate', 'families.family_segments') }} as overdispersion
    from families
    inner join (
        select
            suppressed.dimension,
            {{ spread('suppressed.mature_accepted', 'suppressed.mature_sent', 'families.family_rate') }} as family_spread
        from suppressed
        inner join families on suppressed.dimension = families.dimension
        where suppressed.mature_sent > 0
        group by suppressed.dimension
    ) as sums on families.dimension = sums.dimension

),

against_the_rest as (

    select
        bounded.*,
        totals.all_sent - bounded.mature_sent as rest_sent,
        totals.all_accepted - bounded.mature_accepted as rest_accepted,
        totals.all_out_of_sight - bounded.out_of_sight as rest_out_of_sight,
        sum(bounded.mature_fewer) over (partition by bounded.dimension) - bounded.mature_fewer as rest_fewer,
        sum(bounded.mature_more) over (partition by bounded.dimension) - bounded.mature_more as rest_more,
        scatter.family_rate,
        {{ prior_strength() }} as family_prior_strength,
        case
            when bounded.dimension in {{ names_in(sender_attributes()) }}
                then greatest(1, coalesce((select accounts.overdispersion from scatter as accounts where accounts.dimension = 'account'), 1))
            else 1
        end as widening,
        bounded.dimension in {{ names_in(sender_attributes()) }}
        and least(bounded.senders, totals.all_senders - bounded.senders) < 3 as is_not_separable,
        not bounded.is_sensitive
        and least(bounded.mature_sent, totals.all_sent - bounded.mature_sent) >= run_parameters.collecting_below as is_enough
    from bounded
    left join scatter on bounded.dimension = scatter.dimension
    cross join totals
    cross join run_parameters

),

compared as (

    select
        *,
        {{ rate('rest_accepted', 'rest_sent') }} as rest_rate,
        {{ two_proportion_z('mature_accepted', 'mature_sent', 'rest_accepted', 'rest_sent') }} / sqrt(widening) as z_as_counted,
        -- Everything that is unknown in favour of the segment and against the rest, and the other way round.
        {{ two_proportion_z(
            '(mature_accepted + mature_more + out_of_sight)', '(mature_sent + mature_more + out_of_sight)',
            '(rest_accepted - rest_fewer)', '(rest_sent - rest_fewer + rest_out_of_sight)'
        ) }} / sqrt(widening) as z_at_best,
        {{ two_proportion_z(
            '(mature_accepted - mature_fewer)', '(mature_sent - mature_fewer + out_of_sight)',
            '(rest_accepted + rest_more + rest_out_of_sight)', '(rest_sent + rest_more + rest_out_of_sight)'
        ) }} / sqrt(widening) as z_at_worst
    from against_the_rest

),

-- A difference counts only as far as it holds either way.
cautious as (

    select
        *,
        case
            when z_as_counted < 0 then least(greatest(z_as_counted, coalesce(z_at_best, 0)), 0)
            else greatest(least(z_as_counted, coalesce(z_at_worst, 0)), 0)
        end as z
    from compared

),

judged as (

    select
        *,
        case when is_enough and not is_not_separable then {{ normal_p_value('z') }} end as p_value
    from cautious

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
        {%- for count in fact_counts() %}
        cast(with_verdicts.{{ count }} as bigint) as {{ count }},
        {%- endfor %}
        {{ accept_rate_columns() }},
        {{ accepted_to_date_rate() }} as accepted_to_date_rate,
        {{ count_bound_columns() }},
        {%- for count in ['already_connected', 'undecided', 'out_of_sight'] %}
        cast(with_verdicts.{{ count }} as bigint) as {{ count }},
        {%- endfor %}
        with_verdicts.z_as_counted - with_verdicts.z as z_in_doubt,
        with_verdicts.senders,
        with_verdicts.people,
        with_verdicts.is_collected,
        with_verdicts.is_sensitive,
        case
            when with_verdicts.mature_sent > 0 and not with_verdicts.is_sensitive
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
            when with_verdicts.is_hidden then 'suppressed'
            when with_verdicts.mature_sent = 0 then 'collecting'
            when with_verdicts.is_sensitive and with_verdicts.mature_sent < run_parameters.collecting_below then 'collecting'
            when with_verdicts.is_sensitive then 'background'
            when with_verdicts.is_not_separable then 'not_separable'
            else {{ verdict(
                is_significant('with_verdicts.q_value'), 'with_verdicts.z', collecting='not with_verdicts.is_enough',
                detectable='with_verdicts.detectable_difference', others_rate='with_verdicts.rest_rate'
            ) }}
        end as verdict
    from with_verdicts
    cross join run_parameters

)

select * from final
