{#- What was known of leads at moments, as far as scores look at it: a CTE `facts` with a row for each row of the CTE `moments`
    (key, lead_id, moment). What was found later, and signals that were seen later, aren't known yet. -#}
{% macro facts_at() -%}
{{ known_at() }}

{{ facts_of('known') }}
{%- endmacro %}

{#- The rows of lead_facts that hold at moments: a CTE `known`. -#}
{% macro known_at() -%}
known as (

    select
        moments.key,
        moments.moment,
        lead_facts.*
    from moments
    inner join {{ ref('lead_facts') }} as lead_facts
        on moments.lead_id = lead_facts.lead_id
        and moments.moment >= lead_facts.known_from
        and coalesce(moments.moment < lead_facts.known_until, true)

),
{%- endmacro %}

{#- A CTE of rows of lead_facts as components look at them. -#}
{% macro facts_of(known, name='facts') -%}
{{ name }} as (

    select
        * replace ({{ split_keywords('technologies') }} as technologies),
        company_industry as industry,
        {{ middle_employees('company_size') }} as employees,
        company_region as region,
        {{ spaced_words('title') }} as title_words,
        true as has_linkedin_profile,
        true as is_linkedin_profile_known,
        company_domain is not null as is_multiple_contacts_known,
        true as is_previous_interaction_known
    from {{ known }}

),
{%- endmacro %}
