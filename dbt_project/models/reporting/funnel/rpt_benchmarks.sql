{#- What HeyReach publishes beside what this workspace reaches in the period. Nothing is judged by it. -#}
{%- set basis = vendor_benchmarks_basis() -%}

with ages as (

    select
        facts.mature_accepted,
        {{ utc_date('connections.sent_cohort_at') }} - accounts.rotation_started_on as age_days
    from {{ ref('fnd_period_facts') }} as facts
    inner join {{ ref('heyreach_connections') }} as connections on facts.connection_id = connections.connection_id
    inner join {{ ref('heyreach_accounts') }} as accounts on connections.account_id = accounts.account_id
    where facts.mature_sent = 1 and accounts.rotation_started_method = 'configured'

),

counted as (

    select 'accept_rate' as benchmark, mature_accepted as reached, mature_sent as tried, accept_rate as is_given
    from {{ ref('rpt_summary') }}
    union all
    select 'reply_rate', mature_replied, mature_accepted, reply_rate
    from {{ ref('rpt_summary') }}
    union all
    select 'accept_rate_first_week', coalesce(sum(mature_accepted), 0), count(*), 1
    from ages
    where age_days < 7
    union all
    select 'accept_rate_after_180_days', coalesce(sum(mature_accepted), 0), count(*), 1
    from ages
    where age_days >= 180

),

published as (

    {%- for benchmark, claim in vendor_benchmarks().items() %}
    select
        '{{ benchmark }}' as benchmark,
        {{ loop.index }} as benchmark_order,
        '{{ claim.label }}' as benchmark_label,
        cast({{ claim.median }} as double) as vendor_median,
        cast({{ claim.get('weak_below', 'null') }} as double) as vendor_weak_below,
        cast({{ claim.get('strong_above', 'null') }} as double) as vendor_strong_above
    {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select
    published.benchmark,
    published.benchmark_order,
    published.benchmark_label,
    cast(counted.reached as bigint) as reached,
    cast(counted.tried as bigint) as tried,
    {%- for column, figure in {
        'rate': rate('counted.reached', 'counted.tried'),
        'rate_low': wilson_low('counted.reached', 'counted.tried'),
        'rate_high': wilson_high('counted.reached', 'counted.tried'),
    }.items() %}
    case when counted.tried >= run_parameters.hide_rate_below and counted.is_given is not null then {{ figure }} end as {{ column }},
    {%- endfor %}
    published.vendor_median,
    published.vendor_weak_below,
    published.vendor_strong_above,
    'HeyReach' as claimed_by,
    cast({{ basis.campaigns }} as bigint) as claimed_of_campaigns,
    date '{{ basis.read_on }}' as claim_read_on,
    run_parameters.since,
    run_parameters.until,
    run_parameters.as_of
from published
inner join counted on published.benchmark = counted.benchmark
cross join {{ ref('stg_operations__run_parameters') }} as run_parameters
