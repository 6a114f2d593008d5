{#- What will be known when, if requests go on as they do. A date is the first day on which enough requests are old enough:
    for a verdict, that a difference of half the accept rate would show (less is `collecting` or `underpowered` in
    rpt_segment_performance); for the median, as many acceptances as rpt_time_to_accept asks for; for the alarm, a list and a sender
    with rates of their own. -#}

select
    question,
    question_order,
    label as question_label,
    dimension,
    case when dimension <> 'all' then segment end as segment,
    case when dimension <> 'all' then segment_label end as segment_label,
    is_known,
    case when not is_known and reason_unknown is null then enough_on end as known_on,
    needs_mature,
    has_mature,
    sent_waiting_to_mature,
    pace_per_week,
    assumed_rate,
    counted_from,
    case when not is_known then reason_unknown end as reason_unknown,
    case
        when is_known then 'known already.'
        when reason_unknown is null
            then 'about ' || strftime(enough_on, '%-d %B %Y')
            || case
                when is_sent_already then ', even if nothing more is sent ('
                else ' at this pace ('
            end
            || {{ printed_count('needs_mature') }} || case question
                when 'time_to_accept' then ' requests have to be watched for {{ time_to_accept_days() }} days'
                when 'acceptance_alarm'
                    then ' requests of ' || segment_label || ' have to be ' || early_window_days || ' days old'
                else ' requests have to be old enough'
            end
            || case when question like 'verdict%' then '; ' || segment_label || ' against all others first).' else ').' end
        when reason_unknown = 'nothing_sent' then 'no date yet, because no request has been sent.'
        when reason_unknown = 'nothing_sent_lately' then 'no date, because no request went out in the last two weeks.'
        when reason_unknown = 'pace_unknown'
            then 'no date yet: none of the requests sent so far can be dated, so nobody knows how many go out a week. '
            || 'The next pulls show it.'
        when reason_unknown = 'few_senders'
            then 'never with these senders: a type is compared from three senders of it and three others on.'
        when reason_unknown = 'nothing_to_compare'
            then 'no date, because all requests so far are of one kind, or don''t say of which.'
        when reason_unknown = 'too_slow'
            then 'not within a year at this pace ('
            || {{ printed_count('needs_mature') }} || ' requests have to be old enough).'
        else 'never with a pull every ' || cast(round(hours_between_pulls) as integer)
        || ' h, because it isn''t known closely enough when somebody accepted. Pull more often (make schedule).'
    end as message,
    as_of
from {{ ref('rpt_verdicts_dated') }}
