{#- Requests that belong to the same candidates are alike to fnd_losing_segments, so there are few kinds of them. -#}

with candidates as (

    select * from {{ ref('fnd_loss_candidates') }}

),

requests as (

    select * from {{ ref('fnd_period_facts') }}
    where mature_sent = 1

),

memberships as (

    {{ segment_memberships(
        'requests', 'candidates', ['facts.connection_id', 'facts.mature_accepted', 'segments.candidate']
    ) }}

),

kinds as (

    select
        kind,
        count(*) as sent,
        sum(mature_accepted) as accepted
    from (
        select
            connection_id,
            max(mature_accepted) as mature_accepted,
            string_agg(cast(candidate as varchar), ',' order by candidate) as kind
        from memberships
        group by connection_id
    ) as each_request
    group by kind

)

select
    kinds.kind,
    kinds.sent,
    kinds.accepted,
    candidates.candidate
from kinds
inner join candidates
    on ',' || kinds.kind || ',' like '%,' || candidates.candidate || ',%'
