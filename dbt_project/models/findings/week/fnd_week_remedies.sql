{#- What an operator can mend so that a week brings more accepted connections: each cause that blocks a sender or a campaign
    somebody waits for, too few leads, and each losing segment. What a sender or a campaign doesn't get to can also be moved to
    senders that have room: a remedy of its own for the same cause. -#}

with remedies as (

    select
        'campaign_paused' as cause,
        'campaign' as dimension,
        campaign_id as segment,
        'resume' as kind
    from {{ ref('fnd_waiting_leads') }}
    where is_in_paused_campaign
    group by campaign_id
    union all
    select
        senders.cause,
        'account',
        senders.account_id,
        kinds.kind
    from {{ ref('fnd_sender_capacity') }} as senders
    cross join (values ('restore'), ('move')) as kinds (kind)
    where senders.cause is not null
    union all
    select
        'campaign_starved',
        'campaign',
        campaign_id,
        'move'
    from {{ ref('fnd_starved_campaigns') }}
    union all
    select
        'too_few_leads',
        'all',
        'senders',
        'bring'
    from {{ ref('fnd_sender_capacity') }}
    where has_room
    having count(*) > 0
    union all
    -- Leads of a losing segment come after all others: to leave out somebody for nobody would bring less.
    select
        cause,
        dimension,
        segment,
        case when dimension in {{ names_in(sender_loss_dimensions()) }} then 'hand_on' else 'serve_last' end
    from {{ ref('fnd_losing_segments') }}

)

select
    row_number() over (order by cause, dimension, segment, kind desc) as remedy,
    dense_rank() over (order by cause, dimension, segment) as line,
    cause,
    dimension,
    segment,
    kind
from remedies
