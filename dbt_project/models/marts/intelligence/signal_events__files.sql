{{ config(materialized='ephemeral', contract={'enforced': false}) }}

{#- A line about a lead counts for its company, too, where it names one. -#}
with told as (

    select
        case
            when urls.normalized_profile_url is not null then {{ lead_id('urls.normalized_profile_url', 'null', 'null') }}
        end as lead_id,
        events.*
    from {{ ref('stg_signals__events') }} as events
    left join {{ ref('int_profile_urls_normalized') }} as urls on events.profile_url_raw = urls.profile_url_raw

)

select
    lead_id,
    company_domain,
    signal_type,
    occurred_at,
    min(detected_at) as detected_at,
    source,
    arg_min(json_object('file', file_name, 'detail', signal_data), (detected_at, event_key)) as signal_data
from told
group by lead_id, company_domain, signal_type, occurred_at, source
