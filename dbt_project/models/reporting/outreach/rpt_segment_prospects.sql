{#- Whom to write to first in each segment, with names and links: for `make segment`. -#}

with listed as (

    select listed.*
    from {{ ref('fnd_prospects_listed') }} as listed
    cross join {{ ref('int_outreach_settings') }} as settings
    where listed.rank <= settings.limit

)

select
    listed.segment,
    listed.rank,
    listed.lead_id,
    'https://www.' || leads.normalized_profile_url as profile_url,
    names.first_name,
    names.last_name,
    leads.title,
    leads.company_name,
    segments.tone,
    matched.matched_rule,
    {%- for tag in (prospect_tags() | list) + ['engagement_potential'] %}
    priorities.{{ tag }}_tag,
    {%- endfor %}
    priorities.priority_score,
    priorities.prospect_fit_score,
    priorities.referral_capacity_score,
    priorities.signal_strength_score,
    priorities.is_top,
    priorities.why,
    priorities.missing,
    leads.source,
    leads.source_list,
    leads.icp,
    leads.keywords,
    leads.batch_id,
    leads.company_region,
    priorities.as_of
from listed
inner join {{ ref('prospect_priorities') }} as priorities on listed.lead_id = priorities.lead_id
inner join {{ ref('heyreach_leads') }} as leads on listed.lead_id = leads.lead_id
inner join {{ ref('int_outreach_segments') }} as segments on listed.segment = segments.segment
inner join {{ ref('prospect_segments') }} as matched on listed.lead_id = matched.lead_id and matched.is_assigned
left join {{ ref('lead_names') }} as names on listed.lead_id = names.lead_id
