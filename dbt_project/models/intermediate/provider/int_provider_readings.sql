{{ config(materialized='ephemeral') }}

with growth as (

    select * from {{ ref('int_provider_counts_read') }}

),

-- By time, whatever order a clock that is set back would give them: no lead is seen between two pairs of readings.
readings as (

    select
        account_id,
        campaign_id,
        read_at,
        lag(read_at) over each_pair as previous_read_at,
        -- A condition with `or` in a join would make DuckDB try every row with every other.
        coalesce(lag(read_at) over each_pair, {{ beginning() }}) as counted_from,
        lag(read_at, 2) over each_pair as read_before_previous
    from (
        select distinct account_id, campaign_id, read_at
        from growth
    ) as distinct_readings
    window each_pair as (partition by account_id, campaign_id order by read_at)

),

first_readings_of_whole_days as (

    select
        growth.account_id,
        growth.campaign_id,
        growth.activity_date,
        min(readings.read_at) as read_at
    from growth
    inner join readings
        on growth.account_id = readings.account_id
        and growth.campaign_id = readings.campaign_id
        and readings.read_at >= {{ days_after(utc_midnight('growth.activity_date'), 1) }}
    group by growth.account_id, growth.campaign_id, growth.activity_date

),

-- A day that grows after it was over was counted late: its growth belongs to the first reading after it. What is taken
-- back afterwards says nothing of who was asked.
counted as (

    select
        growth.account_id,
        growth.campaign_id,
        case
            when growth.activity_date < {{ utc_date('growth.previous_read_at') }} then first_readings_of_whole_days.read_at
            else growth.read_at
        end as read_at,
        sum(growth.increase) filter (where growth.event = 'sent') as sent,
        sum(growth.increase) filter (where growth.event = 'accepted') as accepted
    from growth
    left join first_readings_of_whole_days
        on growth.account_id = first_readings_of_whole_days.account_id
        and growth.campaign_id = first_readings_of_whole_days.campaign_id
        and growth.activity_date = first_readings_of_whole_days.activity_date
    where growth.increase > 0
        or growth.previous_read_at is null
        or growth.activity_date >= {{ utc_date('growth.previous_read_at') }}
    group by all

)

select
    readings.*,
    coalesce(counted.sent, 0) as counted_sent,
    coalesce(counted.accepted, 0) as counted_accepted
from readings
left join counted
    on readings.account_id = counted.account_id
    and readings.campaign_id = counted.campaign_id
    and readings.read_at = counted.read_at
