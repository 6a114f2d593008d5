{{ config(materialized='ephemeral') }}

with facts as (

    select * from {{ ref('fnd_period_facts') }}

),

counted as (

    {%- for entry in dimensions() %}
    select
        '{{ entry.name }}' as dimension,
        {{ segment_of(entry) }} as segment,
        {%- for count in fact_counts() + doubt_counts() %}
        sum({{ count }}) as {{ count }},
        {%- endfor %}
        count(distinct case when sent_to_date > 0 then account_id end) as senders,
        count(distinct case when leads_imported + leads_undated + sent_undated + sent_to_date > 0 then lead_id end) as people
    from {{ facts_by(entry, 'facts') }}
    group by segment
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

),

-- Two lists may describe one person differently: in what is hidden together a person counts once, wherever it is.
people_counted_once as (

    {%- for entry in sensitive_dimensions() %}
    select
        '{{ entry.name }}' as dimension,
        segment,
        count(*) as people_counted_here
    from (
        select
            lead_id,
            min({{ segment_of(entry) }}) as segment
        from facts
        where leads_imported + leads_undated + sent_undated + sent_to_date > 0
        group by lead_id
    ) as each_person
    group by segment
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

)

-- A segment without anything in it is not worth a row.
select
    counted.*,
    coalesce(people_counted_once.people_counted_here, 0) as people_counted_here
from counted
left join people_counted_once
    on counted.dimension = people_counted_once.dimension
    and counted.segment = people_counted_once.segment
where counted.leads_imported + counted.leads_undated + counted.sent + counted.sent_to_date > 0
