{#- The best of those who may be asked by points, so that reasons are sought for few. -#}

with ranked as (

    select
        points.*,
        to_ask.has_failed,
        to_ask.was_taken_out,
        row_number() over (
            partition by points.icp_profile
            order by
                points.total_score desc,
                points.intent_score desc,
                points.fit_score desc,
                points.score_coverage desc,
                points.lead_id
        ) as place
    from {{ ref('lead_score_points') }} as points
    inner join {{ ref('fnd_leads_to_ask') }} as to_ask on points.lead_id = to_ask.lead_id
    where points.not_eligible_because is null

)

select ranked.*
from ranked
cross join {{ ref('stg_operations__run_parameters') }} as run_parameters
where ranked.place <= run_parameters.inbox_most_leads
