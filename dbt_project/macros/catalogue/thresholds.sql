{#- Every threshold that an operator may set, and what it is where nobody ever said: config/settings.yaml says what each means. -#}
{% macro thresholds() -%}
    {{ return({
        'acceptance_window_days': 14,
        'detection_lag_days': 2,
        'expiry_days': 30,
        'dating_resolution_days': 3,
        'hide_rate_below': 10,
        'collecting_below': 30,
        'coverage_warn_percent': 95,
        'coverage_fail_percent': 80,
        'smallest_loss_accepts_per_week': 1,
        'stall_business_days': 10,
        'weekly_request_limit': 100,
        'normal_invalid_percent': 5,
        'normal_duplicate_percent': 10,
        'sensitive_cell_minimum': 10,
        'early_window_days': 3,
        'acceptance_drop_percent': 33,
        'acceptance_alarm_level': 4,
        'volume_drop_percent': 50,
        'pull_gap_hours': 36,
        'figures_old_after_hours': 26,
        'required_attribution_fields': 'source,source_list,icp,batch_id',
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
    {%- set default = thresholds()[name] -%}
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
