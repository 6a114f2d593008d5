{#- Requests that belong to the same candidates are alike to fnd_losing_segments, so there are few kinds of them. -#}

with candidates as (

    select * from {{ ref('fnd_loss_candidates') }}

),

requests as (

    select * from {{ ref('fnd_period_facts') }}
    where mature_sent = 1

),

memberships as (

    {%- for entry in exclusive_dimensions() if entry.loss is defined %}
    select requests.connection_id, requests.mature_accepted, candidates.candidate
    from requests
    inner join candidates
        on candidates.dimension = '{{ entry.name }}'
        and requests.{{ entry.column }} = candidates.segment
    union all
    {%- endfor %}
    select keyword_requests.connection_id, keyword_requests.mature_accepted, candidates.candidate
    from (select *, unnest({{ split_keywords('keywords') }}) as keyword from requests) as keyword_requests
    inner join candidates
        on candidates.dimension = 'keyword'
        and keyword_requests.keyword = candidates.segment

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
