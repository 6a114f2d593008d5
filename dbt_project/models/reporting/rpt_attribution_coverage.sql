{#- A batch that lost its fields no longer says which batch it is: the leads put into one campaign on one day stand
    for an import, and that is where a loss shows. -#}
{%- set scopes = [
    {'scope': 'all', 'segment': "'all'", 'campaign_id': 'null', 'enrolled_on': 'null'},
    {'scope': 'campaign', 'segment': 'campaign_id', 'campaign_id': 'campaign_id', 'enrolled_on': 'null'},
    {'scope': 'list', 'segment': 'list_id', 'campaign_id': 'null', 'enrolled_on': 'null'},
    {'scope': 'batch', 'segment': 'batch_id', 'campaign_id': 'null', 'enrolled_on': 'null'},
    {'scope': 'import', 'segment': "campaign_id || '/' || enrolled_on", 'campaign_id': 'campaign_id', 'enrolled_on': 'enrolled_on'},
] -%}

with connections as (

    select
        *,
        {{ utc_date('created_at') }} as enrolled_on
    from {{ ref('heyreach_connections') }}

),

campaigns as (

    select * from {{ ref('heyreach_campaigns') }}

),

lists as (

    select * from {{ ref('stg_heyreach__lists') }}

),

run_parameters as (

    select * from {{ ref('stg_heyreach__run_parameters') }}

),

counted as (

    {%- for entry in scopes %}
    select
        '{{ entry.scope }}' as scope,
        {{ entry.segment }} as segment,
        cast(max({{ entry.campaign_id }}) as varchar) as campaign_id,
        cast(max({{ entry.enrolled_on }}) as date) as enrolled_on,
        count(*) as leads,
        count(*) filter (where is_attribution_complete) as complete_leads,
        count(*) filter (where is_sent) as sent,
        count(*) filter (where is_sent and is_attribution_complete) as complete_sent,
        nullif(concat_ws(
            ', '
            {%- for field in required_attribution_fields() %},
            case when count({{ field }}) < count(*) then '{{ field }}' end
            {%- endfor %}
        ), '') as missing_fields
    from connections
    where {{ entry.segment }} is not null
    group by segment
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

),

rated as (

    select
        *,
        {{ rate('complete_leads', 'leads') }} as coverage,
        {{ rate('complete_sent', 'sent') }} as sent_coverage
    from counted

),

final as (

    select
        rated.scope,
        rated.segment,
        case rated.scope
            when 'all' then 'All leads'
            when 'campaign' then campaigns.campaign_name
            when 'list' then coalesce(lists.list_name, 'List ' || rated.segment)
            when 'import' then campaigns.campaign_name || ' on ' || rated.enrolled_on
            else rated.segment
        end as segment_label,
        rated.enrolled_on,
        rated.leads,
        rated.complete_leads,
        rated.coverage,
        rated.sent,
        rated.complete_sent,
        rated.sent_coverage,
        rated.missing_fields,
        case
            when rated.leads < run_parameters.hide_rate_below then 'few'
            when rated.coverage * 100 < run_parameters.coverage_fail_percent then 'fail'
            when rated.coverage * 100 < run_parameters.coverage_warn_percent then 'warn'
            else 'ok'
        end as level,
        run_parameters.as_of
    from rated
    left join campaigns on rated.campaign_id = campaigns.campaign_id
    left join lists on rated.scope = 'list' and rated.segment = lists.list_id
    cross join run_parameters

)

select * from final
