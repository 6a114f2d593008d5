{#- How the scores of watched leads stand to what they were when they were told of last, or when the watch began. A tier is another one
    when it has been so for some builds, so that nobody who stands at its edge is told every night. -#}

{%- set texts = watch_texts() %}

with watched as (

    select * from {{ ref('fnd_watched_leads') }}

),

run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

scores as (

    select * from {{ ref('rpt_watched_leads__scores') }}

),

held as (

    select
        scores.lead_id,
        scores.icp_profile,
        count(distinct scores.tier) = 1 and count(*) = any_value(run_parameters.watch_builds) as is_held
    from scores
    inner join {{ ref('stg_operations__builds') }} as builds on scores.moment = builds.built_as_of
    cross join run_parameters
    where builds.build_number <= run_parameters.watch_builds
    group by scores.lead_id, scores.icp_profile

),

people as (

    select * from {{ ref('heyreach_leads') }}
    where lead_id in (select lead_id from watched)

),

new_signals as (

    select * from {{ ref('rpt_watched_leads__signals') }}

),

compared as (

    select
        watched.*,
        before.tier as tier_before,
        before.total_score as score_before,
        now.tier,
        now.total_score,
        now.tier <> before.tier and held.is_held as is_other_tier,
        nullif(concat_ws(
            '; ',
            nullif(concat_ws(
                ', '
                {%- for component in score_components() %}
                {%- set what = {'what': "'" ~ component.name | replace('_', ' ') ~ "'"} %},
                case
                    when now.{{ component.name }} > before.{{ component.name }} then {{ sentence(texts.gained, what) }}
                    when now.{{ component.name }} < before.{{ component.name }} then {{ sentence(texts.lost, what) }}
                end
                {%- endfor %}
            ), ''),
            new_signals.signals
        ), '') as because,
        abs(cast(now.total_score as integer) - before.total_score) >= run_parameters.watch_points as has_moved,
        run_parameters.as_of
    from watched
    cross join run_parameters
    inner join scores as now
        on watched.lead_id = now.lead_id
        and watched.icp_profile = now.icp_profile
        and now.moment = run_parameters.as_of
    left join scores as before
        on watched.lead_id = before.lead_id
        and watched.icp_profile = before.icp_profile
        and watched.compared_with = before.moment
    left join held on watched.lead_id = held.lead_id and watched.icp_profile = held.icp_profile
    left join new_signals on watched.lead_id = new_signals.lead_id and watched.icp_profile = new_signals.icp_profile

)

{%- set facts = {
    'tier': 'compared.tier', 'tier_before': 'compared.tier_before', 'now': 'compared.total_score',
    'before': 'compared.score_before', 'because': 'compared.because',
} %}

select
    md5(compared.lead_id || '|' || compared.icp_profile || '|' || coalesce(epoch_us(compared.compared_with), 0)) as change_id,
    compared.lead_id,
    compared.icp_profile,
    compared.watched_as,
    compared.watched_since,
    compared.profile_url,
    people.title,
    people.company_name,
    {{ nameless('people.title', 'people.company_name') }} as who,
    compared.tier,
    compared.total_score,
    compared.tier_before,
    compared.score_before,
    compared.compared_with,
    compared.told_as_of,
    coalesce(compared.is_other_tier or compared.has_moved, false) as is_news,
    case
        when compared.is_other_tier then {{ sentence(texts.tier, facts) }}
        when compared.has_moved then {{ sentence(texts.points, facts) }}
    end as what_changed,
    compared.as_of
from compared
inner join people on compared.lead_id = people.lead_id
