with earlier as (

    select * from {{ ref('stg_operations__analytics_snapshots') }}

),

this_report as (

    select * from {{ ref('rpt_snapshot') }}

),

run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

reported as (

    select run_id, as_of as snapshot_as_of, since, until, reported_at, metrics
    from this_report
    union all
    select earlier.run_id, earlier.snapshot_as_of, earlier.since, earlier.until, earlier.reported_at, earlier.metrics
    from earlier
    cross join run_parameters
    where earlier.snapshot_as_of <= run_parameters.as_of
        and earlier.run_id <> run_parameters.run_id

),

numbered as (

    select
        *,
        md5(concat_ws(
            '|'
            {%- for column in ('snapshot_as_of', 'since', 'until') %},
            cast({{ column }} as {{ dbt.type_string() }})
            {%- endfor %}
        )) as snapshot_id,
        min(reported_at) over (partition by snapshot_as_of, since, until) as created_at,
        count(*) over (partition by snapshot_as_of, since, until) as times_reported,
        row_number() over (partition by snapshot_as_of, since, until order by reported_at desc, run_id desc) as version
    from reported

)

select
    snapshot_id,
    snapshot_id as id,
    {{ utc_date('numbered.snapshot_as_of') }} as snapshot_date,
    {{ utc_date('numbered.since') }} as period_start,
    {{ utc_date('numbered.until') }} as period_end,
    numbered.metrics,
    numbered.created_at,
    numbered.reported_at,
    cast(numbered.times_reported as bigint) as times_reported,
    numbered.run_id,
    numbered.snapshot_as_of,
    run_parameters.as_of
from numbered
cross join run_parameters
where numbered.version = 1
