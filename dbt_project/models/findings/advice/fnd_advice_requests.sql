{#- The requests that advice is about: sent by its sender, for its campaign, to leads of its segment. -#}

with advised as (

    select distinct dimension, segment
    from {{ ref('fnd_advice_episodes') }}

),

requests as (

    select
        *,
        {{ utc_date('sent_cohort_at') }} as sent_on
    from {{ ref('fnd_connections_described') }}
    -- Of the undecided nobody knows whether they were asked.
    where is_sent
        and not is_undecided
        and sent_cohort_at is not null

),

found as (

    {{ segment_memberships(
        'requests', 'advised',
        [
            'segments.dimension', 'segments.segment', 'facts.connection_id', 'facts.account_id', 'facts.campaign_id',
            'facts.sent_on', 'facts.is_mature', 'facts.is_accepted', 'facts.is_accepted_in_window'
        ]
    ) }}

)

select distinct * from found
