{#- Whom to ask next, in the order in which it is worth it, with what speaks for it and against it. -#}

{%- set facts = {
    'sender': 'colleagues.sender', 'on': utc_date('colleagues.asked_at'),
    'until': utc_date(days_after('colleagues.asked_at', 'run_parameters.acceptance_window_days')),
    'waiting': 'nullif(colleagues.waiting, 0)', 'campaign': 'colleagues.campaign',
} %}
{%- set warnings, why = inbox_warnings(), why_texts() %}
{%- set reasons = {'signals': 'reasons.signals', 'fits': 'reasons.fits'} %}

with listed as (

    select
        *,
        cast(null as double) as expected_acceptance,
        'points' as ranked_by
    from {{ ref('fnd_leads_listed') }}

),

lead_rows as (

    select * from {{ ref('int_lead_rows_identified') }}
    where lead_id in (select lead_id from listed)

),

-- HeyReach's names of a person stand in its rows of campaigns and lists.
named as (

    select
        lead_rows.lead_id,
        lead_rows.found_in,
        in_campaigns.first_name,
        in_campaigns.last_name
    from lead_rows
    inner join {{ ref('stg_heyreach__campaign_leads') }} as in_campaigns
        on lead_rows.container_id = in_campaigns.campaign_id and lead_rows.row_key = in_campaigns.campaign_lead_id
    where lead_rows.found_in = 'campaign'
    union all
    select
        lead_rows.lead_id,
        lead_rows.found_in,
        in_lists.first_name,
        in_lists.last_name
    from lead_rows
    inner join {{ ref('stg_heyreach__list_leads') }} as in_lists
        on lead_rows.container_id = in_lists.list_id and lead_rows.row_key = in_lists.list_row_key
    where lead_rows.found_in = 'list'

),

names as (

    select
        lead_id,
        {{ first_by('first_name', 'found_in') }} as first_name,
        {{ first_by('last_name', 'found_in') }} as last_name
    from named
    group by lead_id

)

select
    listed.icp_profile,
    row_number() over (partition by listed.icp_profile order by listed.expected_acceptance desc nulls last, listed.place) as rank,
    listed.lead_id,
    'https://www.' || leads.normalized_profile_url as profile_url,
    names.first_name,
    names.last_name,
    leads.title,
    leads.company_name,
    {{ nameless('leads.title', 'leads.company_name') }} as who,
    leads.company_domain,
    listed.tier,
    case listed.tier
        {%- for tier, action in tier_actions().items() %}
        when '{{ tier }}' then '{{ action }}'
        {%- endfor %}
    end as action,
    listed.total_score,
    listed.expected_acceptance,
    listed.ranked_by,
    case
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
left join names on listed.lead_id = names.lead_id
left join {{ ref('rpt_lead_inbox__colleagues') }} as colleagues on listed.lead_id = colleagues.lead_id
cross join {{ ref('stg_operations__run_parameters') }} as run_parameters
