{#- Whether HeyReach sends when the operator says it does: of requests that are dated to the hour. -#}
{%- set days = 28 -%}
{%- set most_hours = 1 -%}

with sent as (

    select
        {{ local_time('connections.connection_sent_latest', 'settings.sends_in_zone') }} as sent_at,
        settings.sends_on,
        settings.sends_from,
        settings.sends_until
    from {{ ref('heyreach_connections') }} as connections
    cross join {{ ref('int_outreach_settings') }} as settings
    cross join {{ ref('stg_operations__run_parameters') }} as run_parameters
    where connections.is_sent
        and connections.connection_sent_latest >= {{ days_after('run_parameters.as_of', -days) }}
        and {{ hours_between('connections.connection_sent_earliest', 'connections.connection_sent_latest') }} <= {{ most_hours }}

)

select
    {{ days }} as days,
    count(*) as requests,
    count(*) filter (
        where not {{ in_list('lower(dayname(sent_at))', 'sends_on') }}
            or {{ time_of_day('sent_at') }} < sends_from
            or {{ time_of_day('sent_at') }} > sends_until
    ) as requests_outside
from sent
