{{ config(materialized='ephemeral') }}

{#- Every segment is compared with all the others together, on mature requests. What describes an account differs only between
    accounts, so their scatter widens its comparison, and under three accounts on either side it is not compared at all. -#}

with segments as (

    select * from {{ ref('fnd_segments_shown') }}

),

scatter as (

    select * from {{ ref('fnd_segment_scatter') }}

),

totals as (

    select
        sum(mature_sent) as all_sent,
        sum(out_of_sight) as all_out_of_sight,
        sum(mature_accepted) as all_accepted,
        sum(evidence_sent) as all_evidence_sent,
        sum(evidence_accepted) as all_evidence_accepted,
        sum(evidence_out_of_sight) as all_evidence_out_of_sight,
        count(distinct case when sent_to_date > 0 then account_id end) as all_senders
    from {{ ref('fnd_period_facts') }}

),

against_the_rest as (

    select
        segments.*,
        totals.all_sent - segments.mature_sent as rest_sent,
        totals.all_accepted - segments.mature_accepted as rest_accepted,
        totals.all_out_of_sight - segments.out_of_sight as rest_out_of_sight,
        totals.all_evidence_sent - segments.evidence_sent as rest_evidence_sent,
        totals.all_evidence_accepted - segments.evidence_accepted as rest_evidence_accepted,
        totals.all_evidence_out_of_sight - segments.evidence_out_of_sight as rest_evidence_out_of_sight,
        sum(segments.evidence_fewer) over (partition by segments.dimension) - segments.evidence_fewer as rest_evidence_fewer,
        sum(segments.mature_fewer) over (partition by segments.dimension) - segments.mature_fewer as rest_fewer,
        sum(segments.mature_more) over (partition by segments.dimension) - segments.mature_more as rest_more,
        scatter.family_rate,
        {{ prior_strength() }} as family_prior_strength,
        case
            when segments.dimension in {{ names_in(sender_attributes()) }}
                then greatest(1, coalesce((select max(overdispersion) from scatter where dimension = 'account'), 1))
            else 1
        end as widening,
        segments.dimension in {{ names_in(sender_attributes()) }}
        and least(segments.senders, totals.all_senders - segments.senders) < {{ fewest_senders() }} as is_not_separable,
        not segments.is_sensitive
        and least(segments.mature_sent, totals.all_sent - segments.mature_sent) >= run_parameters.collecting_below as is_enough
    from segments
    left join scatter on segments.dimension = scatter.dimension
    cross join totals
    cross join {{ ref('stg_operations__run_parameters') }} as run_parameters

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
        ) }} / sqrt(widening) as z_at_worst,
        {{ two_proportion_z('evidence_accepted', 'evidence_sent', 'rest_evidence_accepted', 'rest_evidence_sent') }}
        / sqrt(widening) as evidence_z,
        {{ two_proportion_z(
            '(evidence_accepted + evidence_more + evidence_out_of_sight)', '(evidence_sent + evidence_more + evidence_out_of_sight)',
            '(rest_evidence_accepted - rest_evidence_fewer)',
            '(rest_evidence_sent - rest_evidence_fewer + rest_evidence_out_of_sight)'
        ) }} / sqrt(widening) as evidence_z_at_best
    from against_the_rest

),

-- A difference counts only as far as it holds either way.
cautious as (

    select
        *,
        case
            when z_as_counted < 0 then least(greatest(z_as_counted, coalesce(z_at_best, 0)), 0)
            else greatest(least(z_as_counted, coalesce(z_at_worst, 0)), 0)
        end as z,
        least(evidence_z - coalesce(evidence_z_at_best, 0), 0) as evidence_z_in_doubt
    from compared

),

judged as (

    select
        *,
        case when is_enough and not is_not_separable then {{ normal_p_value('z') }} end as p_value
    from cautious

)

select
    *,
    count(p_value) over (partition by dimension) as q_family_size,
    row_number() over (partition by dimension order by p_value nulls last, segment) as q_rank
from judged
