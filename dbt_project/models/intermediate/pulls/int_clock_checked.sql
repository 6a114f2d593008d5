{#- Whether HeyReach's clock, which dates every read, fits the times in its rows. An action that a row shows for the first
    time can't lie before the read that still showed it without: then the clock was ahead. Nor can it lie after the read that
    shows it: then it was behind. A minute is allowed for; more than a day is no clock, but an action dated back. -#}

with observations as (

    select
        campaign_id,
        campaign_lead_id,
        pull_id,
        observed_at,
        last_action_at,
        lag(last_action_at) over each_lead as last_action_before,
        row_number() over each_lead as observation_number
    from {{ ref('stg_heyreach__campaign_lead_observations') }}
    where is_present
    window each_lead as (partition by campaign_id, campaign_lead_id order by pull_id, observed_at, content_hash)

),

reads as (

    select * from {{ ref('int_campaign_pulls_ordered') }}

),

compared as (

    select
        observations.last_action_at,
        observations.observed_at,
        reads.previous_complete_started_at,
        case
            when observations.observation_number > 1
                and observations.last_action_at > coalesce(observations.last_action_before, {{ beginning() }})
                then {{ hours_between('observations.last_action_at', 'reads.previous_complete_started_at') }} * 3600
        end as seconds_ahead,
        {{ hours_between('observations.observed_at', 'observations.last_action_at') }} * 3600 as seconds_behind
    from observations
    left join reads
        on observations.campaign_id = reads.campaign_id
        and observations.pull_id = reads.pull_id
    where observations.last_action_at is not null

),

contradictions as (

    select
        last_action_at as row_time,
        previous_complete_started_at as read_time,
        'ahead' as direction,
        seconds_ahead as seconds
    from compared
    where seconds_ahead > 60 and seconds_ahead <= 86400
    union all
    select
        last_action_at,
        observed_at,
        'behind',
        seconds_behind
    from compared
    where seconds_behind > 60 and seconds_behind <= 86400

)

select
    cast(count(*) as bigint) as contradictions,
    cast(coalesce(ceil(max(seconds) filter (where direction = 'ahead')), 0) as bigint) as seconds_ahead,
    max(read_time) filter (where direction = 'ahead') as ahead_until,
    cast(coalesce(ceil(max(seconds) filter (where direction = 'behind')), 0) as bigint) as seconds_behind,
    max(read_time) filter (where direction = 'behind') as behind_until,
    arg_max(row_time, (seconds, row_time)) as example_row_time,
    arg_max(read_time, (seconds, row_time)) as example_read_time
from contradictions
