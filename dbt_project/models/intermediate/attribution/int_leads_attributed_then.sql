{#- What was known of those people of whom upstream, an import or a list told something after they had come, at each moment that it
    did: few. -#}

with told as (

    select
        lead_id,
        observed_at
    from {{ ref('int_lead_evidence') }}

),

asked as (

    select
        identified.lead_id,
        identified.container_id as campaign_id,
        identified.row_key as campaign_lead_id,
        identified.first_observed_at,
        sent.latest as sent_latest
    from {{ ref('int_lead_rows_identified') }} as identified
    left join {{ ref('int_connection_events_bounded') }} as sent
        on identified.container_id = sent.campaign_id
        and identified.row_key = sent.campaign_lead_id
        and sent.event = 'sent'
    where identified.found_in = 'campaign'

),

told_later as (

    select told.lead_id
    from told
    inner join {{ ref('int_leads_folded') }} as people on told.lead_id = people.lead_id
    group by told.lead_id
    having max(told.observed_at) > min(people.created_at)

),

moments_of_people as (

    select each_moment.*
    from (
        select lead_id, observed_at as moment from told
        union
        select lead_id, first_observed_at from asked
        union
        select lead_id, sent_latest from asked
    ) as each_moment
    inner join told_later on each_moment.lead_id = told_later.lead_id
    where each_moment.moment is not null

),

moments as (

    select
        asked.campaign_id,
        asked.campaign_lead_id,
        moments_of_people.moment
    from moments_of_people
    inner join asked
        on moments_of_people.lead_id = asked.lead_id
        and asked.first_observed_at <= moments_of_people.moment

),

{{ connections_attributed() }},

evidence_then as (

    select
        evidence.*,
        moments_of_people.moment
    from evidence
    inner join moments_of_people
        on evidence.lead_id = moments_of_people.lead_id
        and evidence.observed_at <= moments_of_people.moment

),

{{ leads_attributed() }}

select
    lead_id,
    moment as known_from,
    title,
    company_size,
    company_industry,
    company_region,
    phone
from people_attributed
