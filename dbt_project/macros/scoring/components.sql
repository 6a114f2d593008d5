{#- The points of a lead by a profile: `facts` is what is known of a lead at a moment (facts_at), `profile` a row of
    int_icp_profiles. Whole numbers throughout: a share of points is rounded half up. -#}

{#- Whether a profile asks for what a component looks at (of int_icp_profiles while it is read). Accessibility is asked for by all. -#}
{% macro has_criterion(component) -%}
    {%- if component.valid_days is defined -%} coalesce(profile ->> '$.signals.{{ component.name }}', 'true') = 'true'
    {%- elif component.name == 'industry' -%} {{ list_length('industries') }} > 0
    {%- elif component.name == 'company_size' -%} coalesce(company_size_min, company_size_max) is not null
    {%- elif component.name == 'tech_stack' -%} {{ list_length('must_have') }} > 0
    {%- elif component.name == 'geography' -%} {{ list_length('geographies') }} > 0
    {%- elif component.name == 'complementary_tools' -%} {{ list_length('complementary_tools') }} > 0
    {%- else -%} true
    {%- endif -%}
{%- endmacro %}

{#- The points of any component. -#}
{% macro component_points(component, facts='facts', profile='profiles') -%}
    {%- set points = profile ~ '.' ~ component.name ~ '_points' -%}
    {%- if component.name == 'tech_stack' -%} {{ tech_stack_points(facts, profile) }}
    {%- else -%} case when {{ component_holds(component, facts, profile) }} then {{ points }} else 0 end
    {%- endif -%}
{%- endmacro %}

{#- Whether a lead has what a component gives its points for. -#}
{% macro component_holds(component, facts='facts', profile='profiles') -%}
    {%- if component.valid_days is defined -%} {{ signal_holds(component.name, facts, profile) }}
    {%- elif component.name == 'industry' -%} {{ in_list(facts ~ '.industry', profile ~ '.industries') }}
    {%- elif component.name == 'company_size' -%} {{ company_size_holds(facts, profile) }}
    {%- elif component.name == 'geography' -%}
    {{ in_list(facts ~ '.region', profile ~ '.regions') }}
    {%- elif component.name == 'complementary_tools' -%}
    {{ list_length(in_both(profile ~ '.complementary_tools', facts ~ '.technologies')) }} > 0
    {%- else -%} {{ facts }}.has_{{ component.name }}
    {%- endif -%}
{%- endmacro %}

{#- A signal counts from when it is known until its days after it happened are over. -#}
{% macro signal_holds(signal, facts, profile) -%}
    coalesce({{ days_after(facts ~ '.' ~ signal ~ '_at', profile ~ '.' ~ signal ~ '_valid_days') }} > {{ facts }}.moment, false)
{%- endmacro %}

{#- A size told as a range is in the profile's where its middle is. -#}
{% macro company_size_holds(facts, profile) -%}
    coalesce(
        {{ facts }}.employees between coalesce({{ profile }}.company_size_min, 0) and coalesce({{ profile }}.company_size_max, 2147483647),
        false
    )
{%- endmacro %}

{#- The share of what a profile must have; nothing where the lead has something it avoids. -#}
{% macro tech_stack_points(facts, profile) -%}
    {%- set wanted = list_length(profile ~ '.must_have') -%}
    {%- set found = list_length(in_both(profile ~ '.must_have', facts ~ '.technologies')) -%}
    case
        when {{ wanted }} = 0 or {{ list_length(in_both(profile ~ '.avoid', facts ~ '.technologies')) }} > 0 then 0
        else (2 * {{ profile }}.tech_stack_points * {{ found }} + {{ wanted }}) // (2 * {{ wanted }})
    end
{%- endmacro %}

{#- Whether it is known of a lead if it has what a component looks at: points of what isn't known count as out of reach. -#}
{% macro component_is_known(component, facts='facts') -%}
    {%- if component.name == 'industry' -%} {{ facts }}.industry is not null
    {%- elif component.name == 'company_size' -%} {{ facts }}.employees is not null
    {%- elif component.name == 'geography' -%} {{ facts }}.region is not null
    {%- elif component.name in ('tech_stack', 'complementary_tools') -%} {{ facts }}.is_technology_known
    {%- else -%} {{ facts }}.is_{{ component.name }}_known
    {%- endif -%}
{%- endmacro %}

{#- Columns of intent, fit and accessibility (each 0 to 100, named after them), by their weights, rounded half up. -#}
{% macro weighted(what, profile='profiles') -%}
    (
        {%- for group in score_weights() -%}
        {{ profile }}.{{ group }}_weight * {{ group }}_{{ what }}{{ ' + ' if not loop.last }}
        {%- endfor %} + 50
    ) // 100
{%- endmacro %}

{#- hot, warm, nurture, else cold. -#}
{% macro score_tier(score, profile='profiles') -%}
    case
        {%- for tier in score_tiers() %}
        when {{ score }} >= {{ profile }}.{{ tier }}_from then '{{ tier }}'
        {%- endfor %}
        else 'cold'
    end
{%- endmacro %}

{#- Why a profile doesn't ask for a lead, whatever its points; NULL where it does, and where it isn't known. -#}
{% macro not_eligible_because(facts='facts', profile='profiles') -%}
    case
        when {{ list_length(in_both(profile ~ '.avoid', facts ~ '.technologies')) }} > 0 then 'avoided_technology'
        when {{ list_length(profile ~ '.funding_stages') }} > 0
            and not list_contains({{ profile }}.funding_stages, {{ facts }}.funding_stage)
            then 'other_funding_stage'
        when {{ list_length(profile ~ '.decision_makers') }} > 0
            and not {{ has_one_of(facts ~ '.title_words', profile ~ '.decision_makers') }}
            then 'no_decision_maker'
    end
{%- endmacro %}
