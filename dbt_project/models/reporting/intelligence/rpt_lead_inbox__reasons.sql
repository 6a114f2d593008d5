{{ config(materialized='ephemeral', contract={'enforced': false}) }}

{#- Of each of fnd_leads_listed: what has happened, what fits, and what isn't known. -#}

{%- set fits = {
    'industry': 'facts.industry', 'size': 'facts.company_size', 'region': 'upper(facts.region)',
    'technologies': texts_joined(in_both('profiles.must_have', 'facts.technologies')),
    'tools': texts_joined(in_both('profiles.complementary_tools', 'facts.technologies')),
} %}

with listed as (

    select * from {{ ref('fnd_leads_listed') }}

),

moments as (

    select distinct
        lead_id as key,
        lead_id,
        as_of as moment
    from listed

),

{{ facts_at() }}

events as (

    select * from {{ ref('signal_events') }}

),

profiles as (

    select * from {{ ref('int_icp_profiles') }}

),

{{ signals_of('facts') }}

-- A signal says something for as many days as it counts, also where it has no points; not where a profile has switched it off.
counting as (

    select
        listed.lead_id,
        listed.icp_profile,
        newest_signals.* exclude (lead_id),
        {{ signal_points('newest_signals.signal_type') }} as points,
        {{ days_after('newest_signals.happened_at', signal_days('newest_signals.signal_type')) }} as counts_until,
        listed.as_of
    from listed
    inner join newest_signals on listed.lead_id = newest_signals.lead_id
    inner join profiles on listed.icp_profile = profiles.icp_profile

),

happened as (

    select
        lead_id,
        icp_profile,
        string_agg(
            {{ signal_says('signal_type', 'signal_data', 'happened_at', 'as_of') }}, ', '
            order by points desc nulls last, happened_at desc, signal_type
        ) as signals,
        max(happened_at) as newest_signal_at,
        min(counts_until) filter (where points > 0) as points_until,
        arg_min(signal_type, (counts_until, signal_type)) filter (where points > 0) as first_to_go
    from counting
    where counts_until > as_of and coalesce(points, 1) > 0
    group by lead_id, icp_profile

)

select
    listed.lead_id,
    listed.icp_profile,
    happened.signals,
    happened.newest_signal_at,
    happened.points_until,
    happened.first_to_go,
    nullif(concat_ws(
        ', '
        {%- for component, text in fit_texts().items() %},
        case when listed.{{ component }} > 0 then {{ sentence(text, fits) }} end
        {%- endfor %}
    ), '') as fits,
    list_filter([
        {%- for word, entry in missing_facts().items() %}
        case
            when
                {%- for component in score_components() if component.name in entry.components %}
                {{ 'or ' if not loop.first }}profiles.{{ component.name }}_points > 0 and not ({{ component_is_known(component) }})
                {%- endfor %}
                then '{{ word }}'
        end{{ ',' if not loop.last }}
        {%- endfor %}
    ], lambda word: word is not null) as missing,
    concat_ws(
        ', ',
        '{{ channel_words().linkedin }}',
        case when facts.has_direct_email then '{{ channel_words().email }}' end,
        case when facts.has_phone then '{{ channel_words().phone }}' end
    ) as channels
from listed
inner join facts on listed.lead_id = facts.lead_id
inner join profiles on listed.icp_profile = profiles.icp_profile
left join happened on listed.lead_id = happened.lead_id and listed.icp_profile = happened.icp_profile
