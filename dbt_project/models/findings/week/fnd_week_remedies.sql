{#- What an operator can mend so that a week brings more accepted connections: each cause that blocks a sender or a
    campaign somebody waits for, and each losing segment. -#}

with causes as (

    select
        'campaign_paused' as cause,
        'campaign' as dimension,
        campaign_id as segment
    from {{ ref('fnd_waiting_leads') }}
    where is_in_paused_campaign
    group by campaign_id
    union all
    select
        cause,
        'account',
        account_id
    from {{ ref('fnd_sender_capacity') }}
    where cause is not null
    union all
    select
        cause,
        dimension,
        segment
    from {{ ref('fnd_losing_segments') }}

)

select
    row_number() over (order by cause, dimension, segment) as remedy,
    cause,
    dimension,
    segment,
    -- Leads of a losing segment come after all others: to leave out somebody for nobody would bring less.
    case
        when cause = 'low_acceptance' and dimension in {{ names_in(sender_loss_dimensions()) }} then 'hand_on'
        when cause = 'low_acceptance' then 'serve_last'
        when dimension = 'campaign' then 'resume'
        else 'restore'
    end as kind
from causes
