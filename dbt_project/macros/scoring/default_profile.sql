{#- The name of the profile that scores are shown by where none is named: a subquery. -#}
{% macro default_profile() -%}
    (select name from {{ ref('icp_profiles') }} where is_default and valid_until is null)
{%- endmacro %}
