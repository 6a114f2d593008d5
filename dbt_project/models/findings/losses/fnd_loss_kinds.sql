{#- Requests that belong to the same candidates are alike to fnd_losing_segments, so there are few kinds of them. -#}

with candidates as (

    select * from {{ ref('fnd_loss_candidates') }}

),

requests as (

    select * from {{ ref('fnd_period_facts') }}
    where evidence_sent = 1

),

memberships as (

    {{ segment_memberships(
        'requests', 'candidates', ['facts.connection_id', 'facts.evidence_accepted', 'segments.candidate']
    ) }}

),

kinds as (

    select
        kind,
        count(*) as sent,
        sum(evidence_accepted) as accepted
    from (
        select
            connection_id,
            max(evidence_accepted) as evidence_accepted,
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
