{#- A run names itself in OUTBOUND_RUN_ID; dbt typed by hand takes the newest run that published. -#}
{%- set run_id = env_var('OUTBOUND_RUN_ID', '') -%}

with runs as (

    select * from {{ source('operations', 'run_parameters') }}

),

this_run as (

    select *
    from runs
    where {% if run_id %} run_id = '{{ run_id }}' {% else %} purpose = 'publish' {% endif %}
    qualify row_number() over (order by requested_at desc, run_id desc) = 1

)

select
    run_id,
    requested_at,
    as_of,
    since,
    until,
    is_demo,
    base_url,
    acceptance_window_days,
    detection_lag_days,
    expiry_days,
    dating_resolution_days,
    hide_rate_below,
    collecting_below,
    coverage_warn_percent,
    coverage_fail_percent,
    smallest_loss_accepts_per_week,
    stall_business_days,
    weekly_request_limit,
    normal_invalid_percent,
    normal_duplicate_percent,
    sensitive_cell_minimum,
    early_window_days,
    acceptance_drop_percent,
    acceptance_alarm_level,
    volume_drop_percent,
    pull_gap_hours,
    required_attribution_fields
from this_run
