{#- The best of those who may be asked, by points and by expected acceptance, so that reasons are sought for few. -#}

with ranked as (

    select
        points.lead_id,
        points.icp_profile,
        to_ask.has_failed,
        to_ask.was_taken_out,
        expected.expected_acceptance,
        row_number() over by_points as place,
        row_number() over (
            partition by points.icp_profile
            order by expected.expected_acceptance desc nulls last, points.total_score desc, points.lead_id
        ) as place_by_acceptance
    from {{ ref('lead_score_points') }} as points
    inner join {{ ref('fnd_leads_to_ask') }} as to_ask on points.lead_id = to_ask.lead_id
    left join {{ ref('fnd_expected_acceptance') }} as expected
        on points.lead_id = expected.lead_id and points.icp_profile = expected.icp_profile
    where points.not_eligible_because is null
    window by_points as (
        partition by points.icp_profile
        order by
            points.total_score desc,
            points.intent_score desc,
            points.fit_score desc,
            points.score_coverage desc,
            points.lead_id
    )

)

select
    ranked.*,
    {%- for component in score_components() if component.group == 'fit' %}
    points.{{ component.name }},
    {%- endfor %}
    points.tier,
    points.total_score,
    points.score_coverage,
    points.is_provisional,
    points.as_of
from ranked
inner join {{ ref('lead_score_points') }} as points
    on ranked.lead_id = points.lead_id and ranked.icp_profile = points.icp_profile
cross join {{ ref('stg_operations__run_parameters') }} as run_parameters
where least(ranked.place, ranked.place_by_acceptance) <= run_parameters.inbox_most_leads
