{{ config(materialized='ephemeral', contract={'enforced': false}) }}

{#- How often, of two requests in the same list of the same sender of which one was accepted, that one had the higher score; half a time
    where both had the same (the Mann-Whitney statistic, stratified). Its variance is that of what each request adds to it (DeLong, DeLong
    and Clarke-Pearson 1988), summed over the requests to one company, which share what is known of it (Obuchowski 1997). -#}
with requests as (

    select * from {{ ref('fnd_scored_requests') }}

),

counted as (

    select
        icp_profile,
        stratum,
        total_score,
        sum(accepted) as accepted,
        count(*) - sum(accepted) as refused
    from requests
    group by icp_profile, stratum, total_score

),

compared as (

    select
        *,
        sum(refused) over (of_stratum order by total_score) - refused / 2.0 as refused_below,
        sum(accepted) over (of_stratum order by total_score desc) - accepted / 2.0 as accepted_above,
        sum(refused) over of_stratum as stratum_refused,
        sum(accepted) over of_stratum as stratum_accepted
    from counted
    window of_stratum as (partition by icp_profile, stratum)

),

ordered as (

    select
        icp_profile,
        {{ rate('sum(accepted * refused_below)', 'sum(accepted * stratum_refused)') }} as auc,
        sum(accepted * stratum_refused) as pairs
    from compared
    group by icp_profile

),

-- What each request adds, in pairs; a request is in few, so that the sum over all is scaled to it.
companies as (

    select
        requests.icp_profile,
        requests.company,
        {{ exact_sum(
            'case requests.accepted
            when 1 then compared.refused_below - ordered.auc * compared.stratum_refused
            else compared.accepted_above - ordered.auc * compared.stratum_accepted
        end / ordered.pairs * totals.requests'
        ) }} as influence
    from requests
    inner join compared
        on requests.icp_profile = compared.icp_profile
        and requests.stratum = compared.stratum
        and requests.total_score = compared.total_score
    inner join ordered on requests.icp_profile = ordered.icp_profile
    inner join (select icp_profile, count(*) as requests from requests group by icp_profile) as totals
        on requests.icp_profile = totals.icp_profile
    where ordered.pairs > 0
    group by requests.icp_profile, requests.company

),

errors as (

    select
        icp_profile,
        sqrt({{ exact_sum('influence * influence') }} * count(*) / nullif(count(*) - 1, 0)) as influence_error
    from companies
    group by icp_profile

),

totals as (

    select icp_profile, count(*) as requests, sum(accepted) as accepted
    from requests
    group by icp_profile

),

judged as (

    select
        totals.icp_profile,
        totals.requests,
        totals.accepted,
        totals.accepted < {{ fewest_accepted_for_scores() }} or coalesce(errors.influence_error, 0) = 0 as is_collecting,
        ordered.auc,
        {{ z_of_score_verdict() }} * errors.influence_error / totals.requests as half_width
    from totals
    left join ordered on totals.icp_profile = ordered.icp_profile
    left join errors on totals.icp_profile = errors.icp_profile

)

select
    icp_profile,
    'auc' as metric,
    'all' as scope,
    case when not is_collecting then auc end as value,
    case when not is_collecting then greatest(auc - half_width, 0) end as ci_low,
    case when not is_collecting then least(auc + half_width, 1) end as ci_high,
    requests as n,
    accepted,
    case
        when is_collecting then 'collecting'
        when auc - half_width > 0.5 then 'orders'
        when auc + half_width < 0.5 then 'inverted'
        else 'does_not_order'
    end as verdict
from judged
