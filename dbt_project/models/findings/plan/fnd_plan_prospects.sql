{#- Who may be planned for: the first of each segment, with what an import needs of them and the chance that fnd_chance_shares gives
    them with a sender of whom nothing is known. Their list will be that of the campaign, so their own says nothing here. -#}
{%- set factors = chance_factors() | reject('in', ['list_id', 'account_id']) | list -%}

with people as (

    select
        leads.*,
        {%- for entry in loss_dimensions() if entry.of != 'lead' %}
        cast(null as varchar) as {{ entry.column }},
        {%- endfor %}
        listed.segment,
        listed.rank
    from {{ ref('fnd_prospects_listed') }} as listed
    inner join {{ ref('heyreach_leads') }} as leads on listed.lead_id = leads.lead_id

),

members as (

    {{ segment_memberships(
        'people', ref('fnd_losing_segments'), ['facts.lead_id', 'segments.round', 'segments.dimension', 'segments.segment']
    ) }}

),

losing as (

    select
        lead_id,
        arg_min(dimension || '/' || segment, round) as losing_segment
    from members
    group by lead_id

),

described as (

    select
        people.*,
        coalesce(losing.losing_segment, 'none') as losing_segment
    from people
    left join losing on people.lead_id = losing.lead_id

),

shares as (

    select
        max(share) filter (where factor = 'all') as accepted_share,
        max(share) filter (where factor = 'asked') as asked_share
    from {{ ref('fnd_chance_shares') }}

),

weighed as (

    select
        described.*,
        {{ chance_shares(factors) }}
    from described
    {{ join_chance_shares('described', factors) }}

)

select
    weighed.lead_id,
    weighed.segment,
    weighed.rank,
    weighed.normalized_profile_url as person,
    names.first_name,
    names.last_name,
    weighed.title,
    weighed.company_name,
    weighed.source,
    weighed.source_list,
    weighed.icp,
    weighed.keywords,
    weighed.company_region,
    {%- for factor in factors %}
    {%- if factor not in ('source', 'icp') %}
    weighed.{{ factor }},
    {%- endif %}
    weighed.{{ factor }}_doubt,
    {%- endfor %}
    {{ chance_of_shares('shares.accepted_share', factors) }} as chance_if_asked,
    shares.asked_share
from weighed
cross join shares
left join {{ ref('lead_names') }} as names on weighed.lead_id = names.lead_id
