{#- What the breakdowns print: each segment of fnd_segments_compared under its label, with its places in its table, why one
    that is lower is not in the list of what stalls, and which are dead. -#}
{%- set same_requests = ['sent', 'sent_to_date', 'accepted', 'accepted_to_date', 'mature_sent', 'mature_accepted', 'evidence_sent'] -%}
{%- set is_below_others = "verdict <> 'collecting' and eb_rate is not null and difference < 0" %}

with compared as (

    select * from {{ ref('fnd_segments_compared') }}

),

labels as (

    select * from {{ ref('fnd_segments_labeled') }}

),

run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

-- Segments of the same requests are tested as one, and stand in the list as one.
tested as (

    select
        {%- for count in same_requests %}
        compared.{{ count }},
        {%- endfor %}
        bool_or({{ is_loss('tests.q_value', 'tests.z') }}) as is_loss,
        bool_or(losing.segment is not null) as is_listed
    from {{ ref('fnd_loss_tests') }} as tests
    inner join compared on tests.dimension = compared.dimension and tests.segment = compared.segment
    left join {{ ref('fnd_losing_segments') }} as losing
        on tests.dimension = losing.dimension and tests.segment = losing.segment
    where tests.stage = 'acceptance'
    group by {% for count in same_requests %}compared.{{ count }}{{ ', ' if not loop.last }}{% endfor %}

),

labelled as (

    select
        compared.* exclude (evidence_z_in_doubt),
        coalesce(labels.segment_label, compared.segment) as segment_label,
        case
            when compared.verdict <> 'lower' or tested.is_listed then null
            when compared.dimension not in {{ names_in(loss_dimensions()) }}
                or compared.segment in ('{{ missing_segments() | join("', '") }}', 'real', 'real_personal')
                then 'not_searched'
            when tested.is_loss then 'within_listed'
            when tested.is_loss is null then 'not_testable'
            when compared.dimension in {{ names_in(sender_loss_dimensions()) }} then 'within_lists'
            else 'within_senders'
        end as not_listed_because,
        run_parameters.since,
        run_parameters.until,
        run_parameters.as_of
    from compared
    left join labels
        on compared.dimension = labels.dimension
        and compared.segment = labels.segment
    left join tested
        on {% for count in same_requests %}compared.{{ count }} = tested.{{ count }}{{ ' and ' if not loop.last }}{% endfor +%}
    cross join run_parameters

),

-- Lower, and surely under a share of what the others reach; the same requests are named once.
dead as (

    select
        dimension,
        segment,
        row_number() over (order by mature_sent desc, precedence, segment) as dead_rank
    from (
        select
            labelled.*,
            case dimension
                {%- for entry in loss_dimensions() %}
                when '{{ entry.name }}' then {{ loop.index }}
                {%- endfor %}
            end as precedence
        from labelled
        where verdict = 'lower'
            and ci_high < {{ dead_share() }} * (accept_rate - difference)
            and dimension in {{ names_in(loss_dimensions()) }}
            and segment not in ('{{ missing_segments() | join("', '") }}')
        qualify row_number() over (partition by {{ same_requests | join(', ') }} order by precedence, segment) = 1
    ) as nearly_nothing

),

final as (

    select
        labelled.*,
        dead.dead_rank,
        row_number() over (
            partition by labelled.dimension
            -- What is sensitive stands in its natural order, which says nothing of how many there are.
            order by
                case when labelled.is_sensitive then replace(labelled.segment, '<', ' ') end nulls last,
                labelled.sent desc,
                labelled.sent_to_date desc,
                labelled.leads_imported desc,
                labelled.segment
        ) as volume_rank,
        case
            when {{ is_below_others }}
                then row_number() over (
                    partition by labelled.dimension, {{ is_below_others }}
                    order by labelled.eb_rate, labelled.mature_sent desc, labelled.segment
                )
        end as worst_rank
    from labelled
    left join dead
        on labelled.dimension = dead.dimension
        and labelled.segment = dead.segment

)

select * from final
