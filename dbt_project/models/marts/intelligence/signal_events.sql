{#- Each part says the events of one kind, as far as they were known at the as-of. A signal is known from the first answer or file that
    told it on; when it happened is another matter. -#}

{%- set kinds = [
    'funding', 'hiring', 'technology', 'growth', 'leadership', 'competitors', 'news', 'engagement', 'files',
] %}

with seen as (
    {% for kind in kinds %}
    select lead_id, company_domain, signal_type, occurred_at, detected_at, source, signal_data
    from {{ ref('signal_events__' ~ kind) }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

),

identified as (

    select
        md5(concat_ws('|', signal_type, lead_id, company_domain, source, epoch_us(occurred_at))) as id,
        seen.*
    from seen

),

final as (

    select
        identified.id,
        identified.lead_id,
        identified.company_domain,
        identified.signal_type,
        case identified.signal_type
            {%- for type in signal_types() %}
            when '{{ type.name }}' then {{ type.tier }}
            {%- endfor %}
        end as signal_tier,
        identified.occurred_at,
        identified.detected_at,
        identified.source,
        identified.signal_data,
        run_parameters.as_of
    from identified
    cross join {{ ref('stg_operations__run_parameters') }} as run_parameters
    where identified.detected_at <= run_parameters.as_of
    qualify row_number() over (partition by identified.id order by identified.detected_at) = 1

)

select * from final
