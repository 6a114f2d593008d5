{{ config(materialized='ephemeral') }}

{#- How many requests each question needs in all, where this share of them is in the segment; and the first day on which one of
    the segments has enough; until then the one that has most of what it needs. -#}

with forecast as (

    select * from {{ ref('fnd_sent_forecast') }}

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
                then ceil(greatest(
                    given.hide_rate_below,
                    {{ acceptance_hours_until_sharp('given.hours_between_pulls') }} / {{ usual_median_hours() }}
                ) / given.assumed_rate)
            -- The list has to have a rate first; what the sender sent to it by then doesn't count yet.
            when questions.question = 'acceptance_alarm'
                then ceil(given.collecting_below * (1 + forecast.share / largest_list.share))
            else greatest(
                ceil({{ rate(
                    'given.collecting_below', 'least(forecast.sent_so_far, totals.sent_so_far - forecast.sent_so_far)'
                ) }} * totals.sent_so_far),
                -- In proportion, because the variance of a difference falls with the number of requests.
                ceil(totals.sent_so_far * power(
                    2 * {{ detectable_difference(
                        'given.assumed_rate * forecast.sent_so_far', 'forecast.sent_so_far',
                        'given.assumed_rate * (totals.sent_so_far - forecast.sent_so_far)',
                        '(totals.sent_so_far - forecast.sent_so_far)'
                    ) }} / given.assumed_rate, 2
                ))
            )
        end as needs
    from {{ ref('rpt_verdict_questions') }} as questions
    cross join {{ ref('rpt_verdict_basis') }} as given
    inner join forecast on questions.dimension = forecast.dimension
    inner join forecast as totals on forecast.sent_date = totals.sent_date and totals.dimension = 'all'
    cross join (select max(share) as share from forecast where dimension = 'list') as largest_list
    where forecast.segment not in ('{{ missing_segments() | join("', '") }}')
        and (
            questions.dimension <> 'account_type'
            or least(forecast.senders, forecast.other_senders) >= {{ fewest_senders() }}
        )
        and (questions.question not like 'verdict%' or forecast.sent_so_far between 1 and totals.sent_so_far - 1)

)

select
    *,
    case question when 'acceptance_alarm' then sent_so_far else all_so_far end as has_sent,
    case question when 'acceptance_alarm' then sent_so_far else all_so_far end >= needs as is_enough
from candidates
qualify row_number() over (
    partition by question
    order by is_enough desc, case when is_enough then sent_date end, has_sent / needs desc, sent_date desc, segment
) = 1
