{#- Every threshold that an operator may set: what it is where nobody ever said, and between what it may lie. config/settings.yaml
    says what each means; the names of a list are out of those that a macro returns (`out of`). The floor of
    sensitive_cell_minimum protects people: it can be raised, not lowered. -#}
{% macro thresholds() -%}
    {{ return({
        'acceptance_window_days': {'default': 14, 'from': 1, 'to': 90},
        'detection_lag_days': {'default': 2, 'from': 0, 'to': 30},
        'expiry_days': {'default': 30, 'from': 1, 'to': 365},
        'dating_resolution_days': {'default': 3, 'from': 1, 'to': 30},
        'hide_rate_below': {'default': 10, 'from': 1, 'to': 1000},
        'collecting_below': {'default': 30, 'from': 1, 'to': 10000},
        'coverage_warn_percent': {'default': 95, 'from': 0, 'to': 100},
        'coverage_fail_percent': {'default': 80, 'from': 0, 'to': 100},
        'smallest_loss_accepts_per_week': {'default': 1, 'from': 0, 'to': 1000},
        'stall_business_days': {'default': 10, 'from': 2, 'to': 60},
        'weekly_request_limit': {'default': 100, 'from': 1, 'to': 1000},
        'normal_invalid_percent': {'default': 5, 'from': 0, 'to': 100},
        'normal_duplicate_percent': {'default': 10, 'from': 0, 'to': 100},
        'sensitive_cell_minimum': {'default': 10, 'from': 10, 'to': 1000},
        'early_window_days': {'default': 3, 'from': 1, 'to': 14},
        'acceptance_drop_percent': {'default': 33, 'from': 10, 'to': 90},
        'acceptance_alarm_level': {'default': 4, 'from': 2, 'to': 20},
        'volume_drop_percent': {'default': 50, 'from': 10, 'to': 100},
        'pull_gap_hours': {'default': 36, 'from': 1, 'to': 1000},
        'figures_old_after_hours': {'default': 26, 'from': 1, 'to': 1000},
        'completeness_drop_percent': {'default': 15, 'from': 5, 'to': 100},
        'inbox_most_leads': {'default': 200, 'from': 10, 'to': 10000},
        'watch_points': {'default': 10, 'from': 1, 'to': 100},
        'watch_builds': {'default': 2, 'from': 1, 'to': 10},
        'required_attribution_fields': {'default': 'source,source_list,icp,batch_id', 'out of': 'attribution_fields'},
        'complete_lead_fields': {
            'default': 'title,company_name,company_size,company_industry,company_region',
            'out of': 'lead_fields_watched',
        },
    }) }}
{%- endmacro %}

{#- Those that raw has a column for: runs of earlier releases said them there. A new one is in the JSON alone. -#}
{% macro thresholds_with_a_column() -%}
    {{ return([
        'acceptance_window_days', 'detection_lag_days', 'expiry_days', 'dating_resolution_days', 'hide_rate_below',
        'collecting_below', 'coverage_warn_percent', 'coverage_fail_percent', 'smallest_loss_accepts_per_week',
        'stall_business_days', 'weekly_request_limit', 'normal_invalid_percent', 'normal_duplicate_percent',
        'sensitive_cell_minimum', 'early_window_days', 'acceptance_drop_percent', 'acceptance_alarm_level',
        'volume_drop_percent', 'pull_gap_hours', 'required_attribution_fields',
    ]) }}
{%- endmacro %}

{#- The threshold of a run: what its JSON says, else its column, else the default. -#}
{% macro threshold(name) -%}
    {%- set default = thresholds()[name]['default'] -%}
    coalesce(
        {%- if default is number %}
        cast({{ json_text_of('thresholds', "'$." ~ name ~ "'") }} as bigint),
        {%- else %}
        {{ json_text_of('thresholds', "'$." ~ name ~ "'") }},
        {%- endif %}
        {%- if name in thresholds_with_a_column() %}
        {{ name }},
        {%- endif %}
        {%- if default is number %}
        {{ default }}
        {%- else %}
        '{{ default }}'
        {%- endif %}
    )
{%- endmacro %}
