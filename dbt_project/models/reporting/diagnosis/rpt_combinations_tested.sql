{{ config(materialized='ephemeral') }}

{%- set lead_dimensions = dimensions() | selectattr('recommendable', 'defined') | list -%}

with totals as (

    select
        count(*) as sent,
        coalesce(sum(mature_accepted), 0) as accepted
    from {{ ref('fnd_period_facts') }}
    where mature_sent = 1 and account_id is not null

),

tested as (

    select
        combinations.*,
        totals.sent - combinations.sent as other_sent,
        totals.accepted - combinations.accepted as other_accepted,
        {{ two_proportion_z(
            'combinations.accepted', 'combinations.sent',
            '(totals.accepted - combinations.accepted)', '(totals.sent - combinations.sent)'
        ) }} as z
    from {{ ref('rpt_combinations') }} as combinations
    cross join totals
    cross join {{ ref('stg_operations__run_parameters') }} as run_parameters
    where least(combinations.sent, totals.sent - combinations.sent) >= run_parameters.collecting_below

),

with_p_values as (

    select
        *,
        -- One-sided: only what is higher is looked for.
        {{ lower_tail_p_value('(-z)') }} as p_value
    from tested

),

ranked as (

    select
        *,
        count(p_value) over () as q_family_size,
        row_number() over (order by p_value nulls last, precedence, lead_segment, account_id) as q_rank,
        1 as family
    from with_p_values

),

judged as (

    select
        *,
        {{ benjamini_hochberg('p_value', 'family') }} as q_value
    from ranked

),

undecided as (

    {%- for entry in lead_dimensions %}
    select
        '{{ entry.name }}' as lead_dimension,
        {{ entry.column }} as lead_segment,
        account_id,
        undecided_group,
        sent_to_date as is_counted
    from {{ ref('fnd_period_facts') }}
    where undecided_mature = 1
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

doubt as (

    {{ undecided_by(['lead_dimension', 'lead_segment', 'account_id'], 'undecided') }}

)

select
    judged.*,
    {{ is_rate_in_doubt(
        'judged.accepted', 'judged.sent', 'coalesce(doubt.fewer, 0)', 'coalesce(doubt.more, 0)'
    ) }} as is_in_doubt
from judged
left join doubt
    on judged.lead_dimension = doubt.lead_dimension
    and judged.lead_segment = doubt.lead_segment
    and judged.account_id = doubt.account_id
