{#- What will be known when, if requests go on as they do. A date is the first day on which enough requests are old enough:
    for a verdict, that a difference of half the accept rate would show (less is `collecting` or `underpowered` in
    rpt_segment_performance); for the median, as many acceptances as rpt_time_to_accept asks for; for the alarm, a list and a sender
    with rates of their own. -#}
{%- set verdicts = {
    'source': 'sources', 'icp': 'ICPs', 'account': 'senders', 'list': 'lists', 'campaign': 'campaigns', 'account_type': 'account types',
} -%}

with forecast as (

    select * from {{ ref('fnd_sent_forecast') }}

),

connections as (

    select * from {{ ref('heyreach_connections') }}
    where is_sent

),

pace as (

    select * from {{ ref('fnd_request_pace') }}

),

alarm as (

    select
        reach.hours_between_pulls,
        reach.is_blind,
        exists(select 1 from {{ ref('fnd_acceptance_cusum') }} where dimension = 'account') as has_begun
    from {{ ref('fnd_acceptance_alarm_reach') }} as reach

),

run_parameters as (

    select
        *,
        {{ utc_date('as_of') }} as today
    from {{ ref('stg_operations__run_parameters') }}

),

stock as (

    select
        count(*) as sent_to_date,
        count(*) filter (where connections.sent_cohort_at is null) as sent_undated,
        count(*) filter (where connections.is_mature) as has_mature,
        -- The rate so far of what is old, dated or not.
        count(*) filter (where connections.is_mature or connections.sent_cohort_at is null) as old,
        count(*) filter (where (connections.is_mature or connections.sent_cohort_at is null) and connections.is_accepted) as old_accepted
    from connections

),

given as (

    select
        run_parameters.*,
        stock.*,
        alarm.is_blind,
        alarm.has_begun,
        coalesce(alarm.hours_between_pulls, 8) as hours_between_pulls,
        pace.sent_per_business_day,
        pace.is_known as is_pace_known,
        case
            when stock.old >= run_parameters.collecting_below then greatest({{ rate('stock.old_accepted', 'stock.old') }}, 0.05)
            else {{ usual_accept_rate() }}
        end as assumed_rate
    from run_parameters
    cross join stock
    cross join alarm
    cross join pace

),

-- How many requests each question needs in all, where this share of them is in the segment.
questions as (

    select 'accept_rate' as question, 1 as question_order, 'First accept rate' as label, 'all' as dimension, acceptance_window_days as age_days
    from given
    {%- for dimension, words in verdicts.items() %}
    union all
    select 'verdict_{{ dimension }}', {{ loop.index + 1 }}, 'First verdict on {{ words }}', '{{ dimension }}', acceptance_window_days
    from given
    {%- endfor %}
    union all
    select 'time_to_accept', 8, 'How long acceptances take', 'all', 30
    from given
    union all
    select 'acceptance_alarm', 9, 'Alarm on a sudden drop of acceptance', 'account', early_window_days
    from given

),

candidates as (

    select
        questions.question,
        questions.age_days,
        forecast.segment,
        forecast.sent_date,
        forecast.sent_so_far,
        totals.sent_so_far as all_so_far,
        case
            when questions.question = 'accept_rate' then given.hide_rate_below
            when questions.question = 'time_to_accept'
                then ceil(greatest(given.hide_rate_below, given.hours_between_pulls * 70 / {{ usual_median_hours() }}) / given.assumed_rate)
            -- The list has to have a rate first; what the sender sent to it by then doesn't count yet.
            when questions.question = 'acceptance_alarm' then ceil(given.collecting_below * (1 + forecast.share / largest_list.share))
            else greatest(
                ceil({{ rate('given.collecting_below', 'least(forecast.sent_so_far, totals.sent_so_far - forecast.sent_so_far)') }} * totals.sent_so_far),
                -- In proportion, because the variance of a difference falls with the number of requests.
                ceil(totals.sent_so_far * power(
                    2 * {{ detectable_difference('given.assumed_rate * forecast.sent_so_far', 'forecast.sent_so_far', 'given.assumed_rate * (totals.sent_so_far - forecast.sent_so_far)', '(totals.sent_so_far - forecast.sent_so_far)') }}
                    / given.assumed_rate, 2
                ))
            )
        end as needs
    from questions
    cross join given
    inner join forecast on questions.dimension = forecast.dimension
    inner join forecast as totals on forecast.sent_date = totals.sent_date and totals.dimension = 'all'
    cross join (select max(share) as share from forecast where dimension = 'list') as largest_list
    where forecast.segment not in ('unknown', 'unassigned', 'not_in_a_campaign', 'no_list')
        and (questions.dimension <> 'account_type' or least(forecast.senders, forecast.other_senders) >= 3)
        and (questions.question not like 'verdict%' or forecast.sent_so_far between 1 and totals.sent_so_far - 1)

),

-- The first day on which one of the segments has enough; until then the one that has most of what it needs.
first_of_all as (

    select
        *,
        case question when 'acceptance_alarm' then sent_so_far else all_so_far end as has_sent,
        case question when 'acceptance_alarm' then sent_so_far else all_so_far end >= needs as is_enough
    from candidates
    qualify row_number() over (
        partition by question
        order by is_enough desc, case when is_enough then sent_date end, has_sent / needs desc, sent_date desc, segment
    ) = 1

),

-- Where several kinds are known, only their senders can be too few.
comparable as (

    select distinct dimension
    from forecast
    where segment not in ('unknown', 'unassigned', 'not_in_a_campaign', 'no_list') and share < 1

),

-- What is old enough for each question by now, and what will be.
grown as (

    select
        first_of_all.question,
        max(forecast.sent_already) as has_sent,
        max(forecast.sent_already) filter (
            where forecast.sent_date + cast(first_of_all.age_days + given.detection_lag_days + 1 as integer) <= given.today
        ) as has_mature
    from first_of_all
    inner join forecast
        on forecast.dimension = case when first_of_all.question = 'acceptance_alarm' then 'account' else 'all' end
        and forecast.segment = case when first_of_all.question = 'acceptance_alarm' then first_of_all.segment else 'all' end
    cross join given
    group by first_of_all.question

),

answered as (

    select
        questions.*,
        first_of_all.segment,
        coalesce(labels.segment_label, first_of_all.segment) as segment_label,
        cast(first_of_all.needs as bigint) as needs_mature,
        cast(coalesce(grown.has_mature, 0) as bigint) as has_mature,
        cast(coalesce(grown.has_sent, 0) - coalesce(grown.has_mature, 0) as bigint) as sent_waiting_to_mature,
        first_of_all.sent_date < given.today as is_sent_already,
        case questions.question
            when 'acceptance_alarm' then given.has_begun
            when 'accept_rate' then given.has_mature >= given.hide_rate_below
            else coalesce(first_of_all.sent_date + cast(questions.age_days + given.detection_lag_days + 1 as integer) <= given.today and first_of_all.is_enough, false)
        end as is_known,
        case
            when first_of_all.is_enough
                then greatest(first_of_all.sent_date + cast(questions.age_days + given.detection_lag_days as integer), given.today) + 1
        end as enough_on,
        case
            when given.sent_to_date = 0 then 'nothing_sent'
            when questions.question = 'acceptance_alarm' and given.is_blind then 'pulls_too_rare'
            when questions.question = 'time_to_accept' and given.hours_between_pulls * 3 > {{ usual_median_hours() }} * 2 then 'pulls_too_rare'
            when first_of_all.is_enough then null
            when not given.is_pace_known then 'pace_unknown'
            when given.sent_per_business_day = 0 then 'nothing_sent_lately'
            when first_of_all.question is null and comparable.dimension is not null then 'few_senders'
            when first_of_all.question is null then 'nothing_to_compare'
            else 'too_slow'
        end as reason_unknown,
        round(5 * given.sent_per_business_day, 1) as pace_per_week,
        given.hours_between_pulls,
        given.assumed_rate,
        given.early_window_days,
        counted_from.sent_date as counted_from,
        given.as_of
    from questions
    cross join given
    cross join (select min(sent_date) as sent_date from forecast where sent_so_far > 0) as counted_from
    left join comparable on questions.dimension = comparable.dimension
    left join first_of_all on questions.question = first_of_all.question
    left join grown on questions.question = grown.question
    left join {{ ref('fnd_segments_labelled') }} as labels
        on first_of_all.segment = labels.segment
        and questions.dimension = labels.dimension

)

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
                when 'time_to_accept' then ' requests have to be watched for 30 days'
                when 'acceptance_alarm' then ' requests of ' || segment_label || ' have to be ' || early_window_days || ' days old'
                else ' requests have to be old enough'
            end
            || case when question like 'verdict%' then '; ' || segment_label || ' against all others first).' else ').' end
        when reason_unknown = 'nothing_sent' then 'no date yet, because no request has been sent.'
        when reason_unknown = 'nothing_sent_lately' then 'no date, because no request went out in the last two weeks.'
        when reason_unknown = 'pace_unknown' then 'no date yet: none of the requests sent so far can be dated, so nobody knows how many go out a week. The next pulls show it.'
        when reason_unknown = 'few_senders' then 'never with these senders: a type is compared from three senders of it and three others on.'
        when reason_unknown = 'nothing_to_compare' then 'no date, because all requests so far are of one kind, or don''t say of which.'
        when reason_unknown = 'too_slow' then 'not within a year at this pace (' || {{ printed_count('needs_mature') }} || ' requests have to be old enough).'
        else 'never with a pull every ' || cast(round(hours_between_pulls) as integer) || ' h, because it isn''t known closely enough when somebody accepted. Pull more often (make schedule).'
    end as message,
    as_of
from answered
