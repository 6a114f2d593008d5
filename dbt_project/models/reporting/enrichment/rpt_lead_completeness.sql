{#- How many of the leads that came in each week are known by every field that makes a lead complete, and by each field. Known is
    what is known as of now, whoever said it; so a week's share rises as services are asked, and falls only where what is
    known goes. -#}
{%- set fields = lead_fields_watched() -%}
{%- set weeks_before = 8 -%}
{#- By so many standard errors a share has to fall short before it isn't chance. -#}
{%- set standard_errors = 3 -%}

with run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

leads as (

    select
        cast(date_trunc('week', {{ utc_date('leads.created_at') }}) as date) as week,
        {%- for field in fields %}
        leads.{{ field }} is not null as has_{{ field }},
        ',' || run_parameters.complete_lead_fields || ',' like '%,{{ field }},%' as needs_{{ field }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('heyreach_leads') }} as leads
    cross join run_parameters
    where leads.is_valid_profile_url and {{ came_in('leads') }}

),

counted as (

    select
        week,
        count(*) as leads,
        count(*) filter (
            where true
                {%- for field in fields %}
                and (has_{{ field }} or not needs_{{ field }})
                {%- endfor %}
        ) as complete,
        {%- for field in fields %}
        count(*) filter (where has_{{ field }}) as {{ field }}{{ ',' if not loop.last }}
        {%- endfor %}
    from leads
    group by week

),

each_field as (

    {%- for field in ['complete'] + fields %}
    select
        '{{ field }}' as field,
        {{ loop.index }} as field_order,
        week,
        leads,
        {{ field }} as known
    from counted
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

usual as (

    select
        *,
        cast(sum(leads) over to_date as bigint) as leads_to_date,
        cast(sum(known) over to_date as bigint) as known_to_date,
        cast(sum(leads) over the_weeks_before as bigint) as usual_leads,
        cast(sum(known) over the_weeks_before as bigint) as usual_known
    from each_field
    window
        to_date as (partition by field order by week),
        the_weeks_before as (
            partition by field
            order by week range between interval {{ 7 * weeks_before }} day preceding and interval 7 day preceding
        )

),

rated as (

    select
        usual.*,
        {{ rate('usual.known', 'usual.leads') }} as share,
        {{ rate('usual.known_to_date', 'usual.leads_to_date') }} as share_to_date,
        {{ rate('usual.usual_known', 'usual.usual_leads') }} as usual_share,
        usual.week + 7 <= {{ utc_date('run_parameters.as_of') }} as is_over,
        run_parameters.complete_lead_fields,
        run_parameters.collecting_below,
        run_parameters.completeness_drop_percent,
        run_parameters.as_of
    from usual
    cross join run_parameters

),

final as (

    select
        field,
        field_order,
        case when field = 'complete' then replace(complete_lead_fields, ',', ', ') else field end as fields,
        week,
        is_over,
        leads,
        known,
        share,
        leads_to_date,
        known_to_date,
        share_to_date,
        usual_leads,
        usual_known,
        usual_share,
        coalesce(
            is_over
            and leads >= collecting_below
            and usual_leads >= collecting_below
            and share * 100 < usual_share * (100 - completeness_drop_percent)
            and usual_share - share
            > {{ standard_errors }} * sqrt(usual_share * (1 - usual_share) * (1.0 / leads + 1.0 / usual_leads)),
            false
        ) as is_low,
        as_of
    from rated

)

select * from final
