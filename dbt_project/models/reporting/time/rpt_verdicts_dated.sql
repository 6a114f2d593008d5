{{ config(materialized='ephemeral') }}

with forecast as (

    select * from {{ ref('fnd_sent_forecast') }}

),

given as (

    select * from {{ ref('rpt_verdict_basis') }}

),

first_of_all as (

    select * from {{ ref('rpt_verdict_first_segments') }}

),

-- Where several kinds are known, only their senders can be too few.
comparable as (

    select distinct dimension
    from forecast
    where segment not in ('{{ missing_segments() | join("', '") }}') and share < 1

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

)

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
        else coalesce(
            first_of_all.sent_date + cast(questions.age_days + given.detection_lag_days + 1 as integer) <= given.today
            and first_of_all.is_enough,
            false
        )
    end as is_known,
    case
        when first_of_all.is_enough
            then greatest(
                first_of_all.sent_date + cast(questions.age_days + given.detection_lag_days as integer), given.today
            ) + 1
    end as enough_on,
    case
        when given.sent_to_date = 0 then 'nothing_sent'
        when questions.question = 'acceptance_alarm' and given.is_blind then 'pulls_too_rare'
        when questions.question = 'time_to_accept'
            and not ({{ is_resolved('given.hours_between_pulls', usual_median_hours()) }})
            then 'pulls_too_rare'
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
from {{ ref('rpt_verdict_questions') }} as questions
cross join given
cross join (select min(sent_date) as sent_date from forecast where sent_so_far > 0) as counted_from
left join comparable on questions.dimension = comparable.dimension
left join first_of_all on questions.question = first_of_all.question
left join grown on questions.question = grown.question
left join {{ ref('fnd_segments_labeled') }} as labels
    on first_of_all.segment = labels.segment
    and questions.dimension = labels.dimension
