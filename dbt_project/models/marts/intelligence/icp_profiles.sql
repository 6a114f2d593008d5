with versions as (

    select
        changes.change_number,
        changes.requested_at,
        changes.valid_until,
        configs.config,
        unnest(json_keys(configs.config -> '$.profiles')) as name
    from {{ ref('stg_operations__scoring_changes') }} as changes
    inner join {{ ref('stg_operations__scoring_configs') }} as configs on changes.config_hash = configs.config_hash

),

read as (

    select
        change_number,
        requested_at,
        valid_until,
        name,
        (config -> '$.profiles') -> name as config,
        name = (config ->> '$.default') as is_default,
        {{ icp_config_hash("(config -> '$.profiles') -> name", "config -> '$.scoring'") }} as config_hash
    from versions

),

-- A change of another profile leaves this one as it is.
begun as (

    select
        *,
        case
            when lag(change_number) over of_it = change_number - 1
                and lag(config_hash) over of_it = config_hash
                and lag(is_default) over of_it = is_default
                then 0
            else 1
        end as is_new
    from read
    window of_it as (partition by name order by change_number)

),

numbered as (

    select
        *,
        sum(is_new) over (partition by name order by change_number) as version
    from begun

),

final as (

    select
        md5(numbered.name || '|' || numbered.version) as id,
        'operator' as user_id,
        numbered.name,
        cast(numbered.version as integer) as version,
        any_value(numbered.config) as config,
        any_value(numbered.is_default) as is_default,
        any_value(numbered.config_hash) as config_hash,
        min(numbered.requested_at) as created_at,
        case when count(*) = count(numbered.valid_until) then max(numbered.valid_until) end as valid_until,
        any_value(run_parameters.as_of) as as_of
    from numbered
    cross join {{ ref('stg_operations__run_parameters') }} as run_parameters
    group by numbered.name, numbered.version

)

select * from final
