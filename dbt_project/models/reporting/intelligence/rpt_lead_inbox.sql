{#- Whom to ask next, in the order in which it is worth it, with what speaks for it and against it. -#}

{%- set facts = {
    'sender': 'colleagues.sender', 'on': utc_date('colleagues.asked_at'),
    'until': utc_date(days_after('colleagues.asked_at', 'run_parameters.acceptance_window_days')),
    'waiting': 'nullif(colleagues.waiting, 0)', 'campaign': 'colleagues.campaign',
} %}
{%- set warnings, why, exploration = inbox_warnings(), why_texts(), exploration_texts() %}
{%- set reasons = {'signals': 'reasons.signals', 'fits': 'reasons.fits'} %}

with believed as (

    select icp_profile
    from {{ ref('rpt_score_validation') }}
    where metric = 'auc' and scope = 'all' and verdict = 'orders'

),

ranked as (

    select
        leads.* exclude (is_exploration),
        case when believed.icp_profile is null then 'points' else 'expected_acceptance' end as ranked_by,
        case when believed.icp_profile is null then leads.place else leads.place_by_acceptance end as rank,
        case when believed.icp_profile is null then leads.is_exploration else leads.is_exploration_by_acceptance end
        as is_exploration
    from {{ ref('fnd_leads_listed') }} as leads
    left join believed on leads.icp_profile = believed.icp_profile

),

listed as (

    select ranked.*
    from ranked
    cross join {{ ref('stg_operations__run_parameters') }} as run_parameters
    where ranked.rank <= run_parameters.inbox_most_leads

)

select
    listed.icp_profile,
    listed.rank,
    listed.lead_id,
    'https://www.' || leads.normalized_profile_url as profile_url,
    names.first_name,
    names.last_name,
    leads.title,
    leads.company_name,
    {{ nameless('leads.title', 'leads.company_name') }} as who,
    leads.company_domain,
    listed.tier,
    case
        when listed.is_exploration then '{{ exploration.action }}'
        {%- for tier, action in tier_actions().items() %}
        when listed.tier = '{{ tier }}' then '{{ action }}'
        {%- endfor %}
    end as action,
    listed.total_score,
    case when listed.ranked_by = 'expected_acceptance' then listed.expected_acceptance end as expected_acceptance,
    listed.ranked_by,
    listed.is_exploration,
    case when listed.is_exploration then '{{ exploration.why }}; ' else '' end
    || case
        when reasons.signals is not null and reasons.fits is not null then {{ sentence(why.both, reasons) }}
        when reasons.signals is not null then {{ sentence(why.signals, reasons) }}
        when reasons.fits is not null then {{ sentence(why.fits, reasons) }}
        else '{{ why.neither }}'
    end as why_now,
    reasons.missing,
    reasons.channels,
    nullif(concat_ws(
        '; ',
        case
            when colleagues.is_accepted then {{ sentence(warnings.colleague_accepted, facts) }}
            when colleagues.asked_at is not null then {{ sentence(warnings.colleague_asked, facts) }}
        end,
        {{ sentence(warnings.colleague_waits, facts) }},
        case
            when reasons.points_until <= {{ days_after('listed.as_of', expires_soon_days()) }}
                then {{ sentence(warnings.expires, {
                    'on': utc_date('reasons.points_until'), 'what': "replace(reasons.first_to_go, '_', ' ')",
                }) }}
        end,
        case when listed.has_failed then '{{ warnings.failed }}' end,
        case when listed.was_taken_out then '{{ warnings.taken_out }}' end
    ), '') as warnings,
    reasons.newest_signal_at,
    listed.score_coverage,
    listed.is_provisional,
    leads.enrichment_score,
    leads.source,
    leads.source_list,
    leads.icp,
    leads.keywords,
    leads.batch_id,
    leads.company_region,
    listed.as_of
from listed
inner join {{ ref('heyreach_leads') }} as leads on listed.lead_id = leads.lead_id
inner join {{ ref('rpt_lead_inbox__reasons') }} as reasons
    on listed.lead_id = reasons.lead_id and listed.icp_profile = reasons.icp_profile
left join {{ ref('lead_names') }} as names on listed.lead_id = names.lead_id
left join {{ ref('rpt_lead_inbox__colleagues') }} as colleagues on listed.lead_id = colleagues.lead_id
cross join {{ ref('stg_operations__run_parameters') }} as run_parameters
