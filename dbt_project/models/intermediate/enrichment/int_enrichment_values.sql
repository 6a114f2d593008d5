{#- Each field of each answer as a row, and which of them counts: the integration with the lowest priority for the
    field, then the newest answer. -#}

with results as (

    select * from {{ ref('int_enrichment_results') }}
    where status = 'found'

),

fields as (

    select * from {{ ref('enrichment_fields') }}

),

unfolded as (

    select
        results.lead_id,
        fields.field,
        results.integration,
        fields.priority,
        fields.is_sensitive,
        fields.is_compared,
        {{ json_text_of('results.fields', 'fields.field') }} as value,
        results.answered_at,
        results.first_found_at,
        results.valid_until
    from results
    inner join fields on results.integration = fields.integration

),

known as (

    select * from unfolded
    where value is not null

),

counted as (

    select
        lead_id,
        field,
        count(distinct lower(value)) as different_values,
        count(*) as integrations
    from known
    group by lead_id, field

),

ranked as (

    select
        known.*,
        known.is_compared and counted.different_values > 1 as is_conflicting,
        counted.integrations as integrations_with_value,
        row_number() over (
            partition by known.lead_id, known.field
            order by known.priority, known.answered_at desc, known.integration
        ) = 1 as is_chosen
    from known
    inner join counted
        on known.lead_id = counted.lead_id
        and known.field = counted.field

)

select * from ranked
