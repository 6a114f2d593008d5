{#- Who was to be asked when by whom, or why not; and what came of it. A line is handed over by the import that carries its plan's name, and
    sent by the campaign row of its person. -#}
{%- set request_step = (sequence_steps() | selectattr('kind', 'equalto', 'connection_request') | first).name -%}

with lines as (

    select
        lines.*,
        plans.week,
        plans.planned_at,
        plans.is_current
    from {{ ref('stg_outreach__plan_lines') }} as lines
    inner join {{ ref('stg_outreach__plans') }} as plans on lines.plan_id = plans.plan_id

),

handed_over as (

    select
        import_leads.lead_id,
        import_leads.campaign_id,
        imports.file_name,
        min(imports.import_id) as import_id,
        min(import_leads.first_sent_at) as handed_over_at
    from {{ ref('heyreach_import_leads') }} as import_leads
    inner join {{ ref('stg_importer__imports') }} as imports on import_leads.import_id = imports.import_id
    where import_leads.times_sent > 0
    group by import_leads.lead_id, import_leads.campaign_id, imports.file_name

),

requests as (

    select
        lead_id,
        campaign_id,
        arg_min(connection_id, (created_at, connection_id)) as connection_id
    from {{ ref('heyreach_connections') }}
    group by lead_id, campaign_id

),

followed as (

    select
        lines.*,
        handed_over.import_id,
        handed_over.handed_over_at,
        connections.connection_id,
        connections.connection_sent_at,
        coalesce(connections.is_sent, false) as is_sent,
        coalesce(connections.is_accepted, false) as is_accepted,
        coalesce(connections.is_mature, false) as is_mature,
        coalesce(connections.is_accepted_in_window, false) as is_accepted_in_window
    from lines
    left join handed_over
        on lines.lead_id = handed_over.lead_id
        and handed_over.file_name = '{{ plan_file_prefix() }}' || lines.plan_id || '-' || lines.campaign_id || '.csv'
    left join requests
        on handed_over.lead_id = requests.lead_id
        and lines.campaign_id = requests.campaign_id
    left join {{ ref('heyreach_connections') }} as connections on requests.connection_id = connections.connection_id

)

select
    md5(followed.plan_id || '|' || followed.line_number) as planned_send_id,
    followed.plan_id,
    followed.line_number,
    followed.week,
    followed.planned_at,
    followed.is_current,
    followed.day,
    case when followed.day is not null then settings.sends_from end as sends_from,
    case when followed.day is not null then settings.sends_until end as sends_until,
    case when followed.day is not null then settings.sends_in_zone end as sends_in_zone,
    followed.lead_id,
    followed.segment,
    followed.place,
    followed.account_id,
    followed.campaign_id,
    case when followed.day is not null then '{{ request_step }}' end as step,
    followed.sequence,
    followed.variant,
    followed.chance,
    followed.reason,
    case
        when followed.reason is not null then 'left_out'
        when followed.is_sent then 'sent'
        when followed.handed_over_at is not null then 'handed_over'
        when not followed.is_current then 'replaced'
        when followed.day < {{ utc_date('run_parameters.as_of') }} then 'missed'
        else 'planned'
    end as state,
    followed.import_id,
    followed.handed_over_at,
    followed.connection_id,
    followed.connection_sent_at,
    followed.is_accepted,
    followed.is_mature,
    followed.is_accepted_in_window,
    run_parameters.as_of
from followed
cross join {{ ref('stg_operations__run_parameters') }} as run_parameters
left join {{ ref('int_outreach_settings') }} as settings on true
