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
    against_since,
    against_until,
    is_demo,
    base_url,
    notes,
    scoring_config_hash,
    outreach_config_hash,
    sequences_config_hash,
    coalesce(
        cast({{ json_text_of('thresholds', "'$.exploration_share_percent'") }} as bigint), {{ exploration_share().default }}
    ) as exploration_share_percent,
    coalesce({{ json_text_of('thresholds', "'$.meeting_tags'") }}, '{{ meeting_tags() | tojson }}') as meeting_tags,
    {%- for name in thresholds() %}
    {{ threshold(name) }} as {{ name }}{{ ',' if not loop.last }}
    {%- endfor %}
from this_run
