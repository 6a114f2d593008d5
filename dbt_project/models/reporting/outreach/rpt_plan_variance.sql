{#- Plan against done. Lines of plans that were replaced count where they were handed over. What is expected is told of the same requests
    that are old enough to judge, so that both can be held against each other. -#}

with lines as (

    select * from {{ ref('planned_sends') }}
    where state not in ('left_out', 'replaced')

)

select
    lines.week,
    lines.account_id,
    accounts.label as account_label,
    lines.segment,
    coalesce(segments.label, lines.segment) as segment_label,
    count(*) as planned,
    count(*) filter (where lines.handed_over_at is not null) as handed_over,
    count(*) filter (where lines.state = 'missed') as missed,
    count(*) filter (where lines.state = 'sent') as sent,
    count(*) filter (where {{ utc_date('lines.connection_sent_at') }} = lines.day) as sent_on_day,
    count(*) filter (where lines.is_accepted) as accepted,
    count(*) filter (where lines.is_mature) as mature_sent,
    count(*) filter (where lines.is_mature and lines.is_accepted_in_window) as mature_accepted,
    {{ exact_sum('case when lines.is_mature then lines.chance else 0 end') }} as expected_of_mature,
    {{ exact_sum('coalesce(lines.chance, 0)') }} as expected_accepted,
    max(lines.as_of) as as_of
from lines
left join {{ ref('heyreach_accounts') }} as accounts on lines.account_id = accounts.account_id
left join {{ ref('int_outreach_segments') }} as segments on lines.segment = segments.segment
group by lines.week, lines.account_id, accounts.label, lines.segment, segments.label
