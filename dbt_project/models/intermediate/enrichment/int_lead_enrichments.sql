{#- What enrichment says of each person, a column per field: the value that counts, and who said it. -#}

with results as (

    select
        lead_id,
        count(*) as integrations_asked,
        count(*) filter (where status in ('found', 'not_found')) as integrations_answered,
        count(*) filter (where status in ('pending', 'unasked')) as integrations_pending,
        cast(sum(signals_asked) as bigint) as signals_asked,
        cast(sum(signals_found) as bigint) as signals_found,
        {{ exact_sum('credits') }} as credits,
        {{ exact_sum('cost_usd') }} as cost_usd,
        max(answered_at) as enriched_at
    from {{ ref('int_enrichment_results') }}
    group by lead_id

),

chosen as (

    select
        lead_id,
        {%- for field in enriched_lead_fields() %}
        max(value) filter (where is_chosen and field = '{{ field }}') as {{ field }},
        max(integration) filter (where is_chosen and field = '{{ field }}') as {{ field }}_integration,
        {%- endfor %}
        min(first_found_at) as enriched_since,
        {{ first_by('integration', '(first_found_at, integration)') }} as enriched_by
    from {{ ref('int_enrichment_values') }}
    where field in ('{{ enriched_lead_fields() | join("', '") }}')
    group by lead_id

),

final as (

    select
        results.lead_id,
        {%- for field in enriched_lead_fields() %}
        chosen.{{ field }},
        chosen.{{ field }}_integration,
        {%- endfor %}
        case
            when results.integrations_answered > 0 then 'completed'
            when results.integrations_pending > 0 then 'pending'
            else 'failed'
        end as enrichment_status,
        chosen.enriched_since,
        chosen.enriched_by,
        results.enriched_at,
        results.signals_asked,
        results.signals_found,
        {{ rate('results.signals_found', 'results.signals_asked') }} as enrichment_score,
        results.credits,
        results.cost_usd
    from results
    left join chosen on results.lead_id = chosen.lead_id

)

select * from final
