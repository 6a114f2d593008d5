{#- From when on each later step of a planned sequence can come, if the request is accepted on its own day: HeyReach sends it by its own
    delays, and only after an acceptance. A follow-up waits for one of the weekdays that config/outreach.yaml allows, so that gaps are
    longer than its days say: of Tuesday to Thursday and three days only Thursday to Tuesday fits, five days. -#}
{%- set steps = sequence_steps() | selectattr('kind', 'equalto', 'message') | map(attribute='name') | list -%}

with sends as (

    select * from {{ ref('planned_sends') }}
    where sequence is not null and reason is null

),

sequences as (

    select
        sequence
        {%- for step in steps %},
        max(delay_days) filter (where step = '{{ step }}' and is_default) as {{ step }}_days,
        max(variant) filter (where step = '{{ step }}' and is_default) as {{ step }}_default
        {%- endfor %}
    from {{ ref('outreach_texts') }}
    group by sequence

),

step_0 as (

    select
        sends.planned_send_id,
        sends.variant,
        sends.day,
        settings.follow_up_weekdays,
        settings.follow_up_after_days,
        sequences.*
    from sends
    inner join sequences on sends.sequence = sequences.sequence
    cross join {{ ref('int_outreach_settings') }} as settings

),
{% for step in steps %}
{%- set before = 'day' if loop.first else steps[loop.index0 - 1] ~ '_on' %}
step_{{ loop.index }} as (

    select
        *,
        {% if loop.first -%}
        {{ before }} + {{ step }}_days as {{ step }}_on
        {%- else -%}
        {{ first_of_weekdays(before ~ ' + greatest(' ~ step ~ '_days, follow_up_after_days)', 'follow_up_weekdays') }} as {{ step }}_on
        {%- endif %}
    from step_{{ loop.index0 }}

),
{% endfor %}
each_step as (
    {% for step in steps %}
    {{ 'union all' if not loop.first }}
    select
        planned_send_id,
        '{{ step }}' as step,
        {{ loop.index }} as step_order,
        {{ step }}_default as default_variant,
        variant,
        {{ step }}_on as earliest_on,
        {{ step }}_on - {{ 'day' if loop.first else steps[loop.index0 - 1] ~ '_on' }} as days_after_the_one_before
    from step_{{ steps | length }}
    where {{ step }}_days is not null
    {%- endfor %}

)

select
    each_step.planned_send_id,
    each_step.step,
    each_step.step_order,
    coalesce(tested.variant, each_step.default_variant) as variant,
    each_step.earliest_on,
    cast(each_step.days_after_the_one_before as bigint) as days_after_the_one_before,
    run_parameters.as_of
from each_step
cross join {{ ref('stg_operations__run_parameters') }} as run_parameters
left join (select distinct step, variant from {{ ref('outreach_texts') }}) as tested
    on each_step.step = tested.step
    and each_step.variant = tested.variant
