{#- Source by ICP, and sender by ICP: whether a meeting of the two is accepted more or less than each of them, and the sender,
    foretell (fnd_crossed_cells). All cells are one family, whichever table they are in. One that is low makes the others of its row
    and its column look high, and the other way round: of those that stand out in opposite directions the clearest is named.
    Cells are small, so they count what a loss is told from (evidence_sent), and not the period alone. -#}
{%- set counts = {
    'mature_sent': 'evidence_sent',
    'mature_accepted': 'evidence_accepted',
    'mature_accepted_surely': 'evidence_accepted_surely',
    'mature_accepted_possibly': 'evidence_accepted_possibly',
    'out_of_sight': 'evidence_out_of_sight',
} -%}
{%- set cell = ['pair', 'row_segment', 'column_segment'] -%}

with run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

facts as (

    {%- for row, column in crossed_dimensions() %}
    select
        '{{ row.name }}_{{ column.name }}' as pair,
        '{{ row.name }}' as row_dimension,
        '{{ column.name }}' as column_dimension,
        {{ row.column }} as row_segment,
        {{ column.column }} as column_segment,
        *
    from {{ ref('fnd_period_facts') }}
    where evidence_sent + evidence_out_of_sight + undecided_evidence > 0
        and {{ segment_of(row) }} not in ('{{ missing_segments() | join("', '") }}')
        and {{ segment_of(column) }} not in ('{{ missing_segments() | join("', '") }}')
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

undecided as (

    select {{ cell | join(', ') }}, undecided_group, sent_to_date as is_counted
    from facts
    where undecided_evidence = 1

),

doubt as (

    {{ undecided_by(cell, 'undecided') }}

),

counted as (

    select
        {{ cell | join(', ') }},
        max(row_dimension) as row_dimension,
        max(column_dimension) as column_dimension,
        {%- for name, count in counts.items() %}
        sum({{ count }}) as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from facts
    group by {{ cell | join(', ') }}
    having sum(evidence_sent) > 0

),

held_against as (

    select
        counted.*,
        coalesce(doubt.fewer, 0) as mature_fewer,
        coalesce(doubt.more, 0) as mature_more,
        cells.beyond_predicted,
        -- With continuity correction, and whatever is unknown counted against a finding.
        case
            when cells.beyond_predicted < 0
                then least(cells.beyond_predicted + 0.5 + coalesce(doubt.more, 0) + counted.out_of_sight, 0)
            else greatest(cells.beyond_predicted - 0.5 - coalesce(doubt.fewer, 0) - counted.out_of_sight, 0)
        end / nullif(sqrt(cells.variance), 0) as z,
        sqrt(cells.variance) / nullif(counted.mature_sent * cells.share_free, 0) as difference_error,
        cells.beyond_predicted / nullif(counted.mature_sent * cells.share_free, 0) as difference,
        sum(counted.mature_sent) over (partition by counted.pair, counted.row_segment) as row_sent,
        sum(counted.mature_sent) over (partition by counted.pair, counted.column_segment) as column_sent,
        least(cells.sent, cells.row_sent - cells.sent, cells.column_sent - cells.sent)
            >= run_parameters.collecting_below as is_enough,
        run_parameters.hide_rate_below
    from counted
    inner join {{ ref('fnd_crossed_cells') }} as cells
        on {% for key in cell %}counted.{{ key }} = cells.{{ key }}{{ ' and ' if not loop.last }}{% endfor +%}
    left join doubt
        on {% for key in cell %}counted.{{ key }} = doubt.{{ key }}{{ ' and ' if not loop.last }}{% endfor +%}
    cross join run_parameters

),

ranked as (

    select
        *,
        case when is_enough then {{ normal_p_value('z') }} end as p_value,
        count(case when is_enough then z end) over () as q_family_size,
        row_number() over (order by case when is_enough then abs(z) end desc nulls last, {{ cell | join(', ') }}) as q_rank,
        1 as family
    from held_against

),

judged as (

    select
        *,
        {{ accept_rate_columns() }},
        {{ benjamini_hochberg('p_value', 'family') }} as q_value,
        ({{ z_of_significance() }} + {{ z_of_power() }}) * difference_error as detectable_difference,
        dense_rank() over (partition by pair order by row_sent desc, row_segment) as row_rank,
        dense_rank() over (partition by pair order by column_sent desc, column_segment) as column_rank
    from ranked

),

named as (

    select
        *,
        {{ is_significant('q_value') }} and case
            when z < 0 then greatest(higher_in_row, higher_in_column) > -z
            else greatest(lower_in_row, lower_in_column) > z
        end as is_beside_clearer
    from (
        select
            *
            {%- for margin in ['row', 'column'] %}
            {%- for side, sign in {'higher': '', 'lower': '-'}.items() %},
            max(case when {{ is_significant('q_value') }} then {{ sign }}z end) over (partition by pair, {{ margin }}_segment)
                as {{ side }}_in_{{ margin }}
            {%- endfor %}
            {%- endfor %}
        from judged
    ) as beside

)

select
    judged.pair,
    judged.row_dimension,
    judged.row_segment,
    coalesce(row_labels.segment_label, judged.row_segment) as row_label,
    judged.row_rank,
    judged.column_dimension,
    judged.column_segment,
    coalesce(column_labels.segment_label, judged.column_segment) as column_label,
    judged.column_rank,
    cast(judged.mature_sent as bigint) as mature_sent,
    cast(judged.mature_accepted as bigint) as mature_accepted,
    {%- for column in ['accept_rate', 'ci_low', 'ci_high', 'accept_rate_low', 'accept_rate_high', 'rate_withheld_because'] %}
    judged.{{ column }},
    {%- endfor %}
    case
        when judged.is_enough
            then least(greatest({{ rate('judged.mature_accepted', 'judged.mature_sent') }} - judged.difference, 0), 1)
    end as predicted_rate,
    case when judged.is_enough then judged.difference end as difference,
    {%- for end, sign in {'low': '-', 'high': '+'}.items() %}
    case
        when judged.is_enough then judged.difference {{ sign }} {{ z_of_significance() }} * judged.difference_error
    end as difference_{{ end }},
    {%- endfor %}
    case when judged.is_enough then judged.detectable_difference end as detectable_difference,
    judged.p_value,
    judged.q_value,
    case when judged.is_beside_clearer then 'not_separable' else {{ verdict(
        is_significant('judged.q_value'), 'judged.z', collecting='not judged.is_enough',
        detectable='judged.detectable_difference', others_rate=rate('judged.mature_accepted', 'judged.mature_sent')
            ~ ' - judged.difference'
    ) }} end as verdict,
    run_parameters.since,
    run_parameters.until,
    run_parameters.as_of
from named as judged
{%- for margin in ['row', 'column'] %}
left join {{ ref('fnd_segments_labeled') }} as {{ margin }}_labels
    on judged.{{ margin }}_dimension = {{ margin }}_labels.dimension
    and judged.{{ margin }}_segment = {{ margin }}_labels.segment
{%- endfor %}
cross join run_parameters
