{#- Everything that may be a loss, tested as one family: each segment's rate against that of the other mature requests
    (leads beside what their senders do elsewhere, accounts and their types beside what others do in their lists), and each batch's and
    source's share of unusable and repeated rows against what is normal. One-sided, because only losses are looked for.
    Which leads, which sender, which rows: each question has its share of the family whatever the number of its segments,
    so that a hundred lists don't drown a sender; unusable rows need the least, because where they are wrong they are far
    from normal. -#}
{%- set shares = {'sender': 0.6, 'lead': 0.35, 'row': 0.05} -%}

with acceptance as (

    select
        'acceptance' as stage,
        'low_acceptance' as cause,
        dimension,
        segment,
        precedence,
        evidence_sent as trials,
        evidence_accepted as found,
        -- Whatever is unknown is counted against the loss: the undecided, and requests that vanished while they were open.
        case when z < 0 then least(z - coalesce(evidence_z_in_doubt, 0), 0) else z end as z,
        looks
    from {{ ref('fnd_segments_testable') }}
    where place_among_same = 1

),

tests as (

    select
        *,
        cast(null as double) as normal_share,
        case when dimension in {{ names_in(sender_loss_dimensions()) }} then 'sender' else 'lead' end as question
    from acceptance
    union all by name
    select
        *,
        'import' as stage,
        1 as looks,
        'row' as question
    from {{ ref('fnd_import_row_tests') }}

),

shared as (

    select
        *,
        case question
            {%- for question, share in shares.items() %}
            when '{{ question }}' then {{ share }}
            {%- endfor %}
        end / cast(count(z) over (partition by question) as double) as share
    from tests

),

-- A share of a question without tests falls to the others.
with_p_values as (

    select
        *,
        least(1, looks * {{ lower_tail_p_value('z') }}) as p_value,
        case when z is not null then share * count(z) over () / sum(share) filter (where z is not null) over () end as weight
    from shared

),

ranked as (

    select
        *,
        count(p_value) over () as q_family_size,
        p_value / weight as weighted_p_value,
        row_number() over (order by p_value / weight nulls last, precedence, segment, cause) as q_rank,
        1 as family
    from with_p_values

)

select
    stage,
    cause,
    dimension,
    segment,
    precedence,
    trials,
    found,
    normal_share,
    z,
    p_value,
    weight,
    {{ benjamini_hochberg('weighted_p_value', 'family') }} as q_value,
    q_rank
from ranked
