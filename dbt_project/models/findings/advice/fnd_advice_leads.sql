{{ config(materialized='ephemeral') }}

with losing as (

    select * from {{ ref('fnd_advice_episodes') }}
    where cause = 'low_acceptance'

),

leads as (

    select
        *,
        {{ utc_date('created_at') }} as created_on,
        {{ utc_date('sent_cohort_at') }} as sent_on
    from {{ ref('fnd_connections_described') }}
    where is_sent or status = 'queued'

),

found as (

    {{ segment_memberships(
        'leads', 'losing',
        ['segments.advice_id', 'segments.episode', 'facts.connection_id', 'facts.created_on', 'facts.sent_on']
    ) }}

)

select distinct * from found
