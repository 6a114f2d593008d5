{{ config(materialized='ephemeral', contract={'enforced': false}) }}

{#- Of those listed by each profile: what isn't known, and would decide most points of all of them together. -#}

with listed as (

    select * from {{ ref('rpt_lead_inbox') }}

),

profiles as (

    select * from {{ ref('int_icp_profiles') }}

),

lacking as (

    select
        icp_profile,
        lead_id,
        {{ in_list("'company domain'", 'missing') }} as has_no_domain,
        unnest(missing) as what
    from listed

),

worths as (
    {% for word, entry in missing_facts().items() %}
    {{ 'union all' if not loop.first }}
    select
        icp_profile,
        '{{ word }}' as what,
        {{ entry.get('by_domain', false) }} as needs_domain,
        (
            {%- for component in score_components() if component.name in entry.components %}
            {{ '+ ' if not loop.first }}{{ component.name }}_points * {{ component.group }}_weight
            {%- endfor %}
        ) / 100.0 as points
    from profiles
    {%- endfor %}

),

-- Without the company's domain services can't be asked about it.
of_leads as (

    select
        lacking.icp_profile,
        lacking.lead_id,
        case when lacking.has_no_domain and worths.needs_domain then 'company domain' else lacking.what end as what,
        sum(worths.points) as points
    from lacking
    inner join worths on lacking.icp_profile = worths.icp_profile and lacking.what = worths.what
    group by all

),

told_by as (

    select
        case field
            {%- for word, entry in missing_facts().items() if entry.field is defined %}
            when '{{ entry.field }}' then '{{ word }}'
            {%- endfor %}
        end as what,
        arg_min(integration, priority) as integration
    from {{ ref('enrichment_fields') }}
    group by field

)

select
    of_leads.icp_profile,
    of_leads.what,
    any_value(told_by.integration) as integration,
    count(*) as leads,
    max(of_leads.points) as points
from of_leads
inner join told_by on of_leads.what = told_by.what
group by of_leads.icp_profile, of_leads.what
qualify row_number() over (partition by of_leads.icp_profile order by sum(of_leads.points) desc, of_leads.what) = 1
