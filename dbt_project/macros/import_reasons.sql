{#- Why the importer leaves a row of a file out (extract/importer/planning.py). -#}
{% macro import_reasons() -%}
    {{ return([
        'erased', 'no_profile_url', 'invalid_profile_url', 'missing_name', 'placeholder_name', 'duplicate_in_file',
        'imported_before', 'already_in_list', 'in_other_experiment', 'in_other_campaign',
    ]) }}
{%- endmacro %}
