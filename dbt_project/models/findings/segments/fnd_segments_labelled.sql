{#- What to print for a segment, where it isn't its own label. -#}

with labels as (

    select distinct 'source' as dimension, source as segment, label as segment_label from {{ ref('lead_sources') }}
    union all
    select distinct 'icp' as dimension, icp as segment, label as segment_label from {{ ref('icp_roles') }}
    union all
    select distinct 'region' as dimension, region as segment, label as segment_label from {{ ref('company_regions') }}
    union all
    select distinct 'industry' as dimension, industry as segment, label as segment_label from {{ ref('company_industries') }}
    union all
    select dimension, 'unknown' as segment, 'Unknown' as segment_label
    from (values ('account_type'), ('account_kind'), ('account_job_title'), ('account_seniority')) as attributes (dimension)
    union all
    select 'account_gender' as dimension, segment, segment_label
    from (values ('female', 'Female'), ('male', 'Male'), ('neutral', 'Neutral'), ('unknown', 'Unknown')) as genders (segment, segment_label)
    union all
    select 'account_type' as dimension, 'real_personal' as segment, 'Real person' as segment_label
    union all
    select 'account_type' as dimension, 'ai_mirror_saas' as segment, 'AI (Mirror)' as segment_label
    union all
    select 'account_type' as dimension, 'ai_aimfox_saas' as segment, 'AI (AimFox)' as segment_label
    union all
    select dimension, segment, segment_label
    from (
        values ('employment', 'employed', 'Employed'), ('employment', 'not_employed', 'Not employed'),
        ('lead_gender', 'female', 'Female'), ('lead_gender', 'male', 'Male')
    ) as descriptions (dimension, segment, segment_label)
    union all
    select dimension, segment, segment_label
    from (values ('exec', 'Executive'), ('senior', 'Senior'), ('mid', 'Mid'), ('junior', 'Junior')) as seniorities (segment, segment_label)
    cross join (values ('seniority'), ('account_seniority')) as attributes (dimension)
    union all
    select dimension, 'suppressed' as segment, 'Too few people' as segment_label
    from (values ('employment'), ('age_bracket'), ('lead_gender')) as sensitive (dimension)
    union all
    select 'account_kind' as dimension, segment, segment_label
    from (values ('real', 'Real people'), ('ai', 'AI personas')) as kinds (segment, segment_label)
    union all
    select 'account' as dimension, account_id as segment, label as segment_label from {{ ref('heyreach_accounts') }}
    union all
    select 'campaign' as dimension, campaign_id as segment, campaign_name as segment_label from {{ ref('heyreach_campaigns') }}
    union all
    select 'list' as dimension, list_id as segment, list_name as segment_label from {{ ref('stg_heyreach__lists') }}

),

missing as (

    {%- for entry in segment_dimensions() %}
    select
        '{{ entry.dimension }}' as dimension,
        '{{ entry.missing }}' as segment,
        '{{ {'unknown': 'Unknown', 'unassigned': 'No sender assigned', 'not_in_a_campaign': 'Not in a campaign', 'no_list': 'No list'}.get(entry.missing, 'Unknown') }}' as segment_label
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

)

select * from labels
union all
select * from missing
