{#- A batch that lost its fields no longer says which batch it is: the leads put into one campaign on one day stand
    for an import, and that is where a loss shows. The scopes `accounts` and `account` measure the same of senders:
    whether the account file says what they are. A batch that `make import` sent and HeyReach did not take whole fails,
    although its fields are known from the ledger. -#}
{%- set scopes = [
    {'scope': 'all', 'segment': "'all'", 'campaign_id': 'null', 'enrolled_on': 'null'},
    {'scope': 'campaign', 'segment': 'campaign_id', 'campaign_id': 'campaign_id', 'enrolled_on': 'null'},
    {'scope': 'list', 'segment': 'list_id', 'campaign_id': 'null', 'enrolled_on': 'null'},
    {'scope': 'batch', 'segment': 'batch_id', 'campaign_id': 'null', 'enrolled_on': 'null'},
    {'scope': 'week', 'segment': "cast(enrolled_in_week as varchar)", 'campaign_id': 'null', 'enrolled_on': 'enrolled_in_week'},
    {'scope': 'import', 'segment': "campaign_id || '/' || enrolled_on", 'campaign_id': 'campaign_id', 'enrolled_on': 'enrolled_on'},
] -%}

with import_losses as (

    select distinct
        campaign_id,
        lead_id
    from {{ ref('int_import_rows_resolved') }}
    where state in ('missing_fields', 'changed_fields')

),

connections as (

    select
        connections.*,
        import_losses.lead_id is not null as is_lost_in_heyreach,
        {{ utc_date('connections.created_at') }} as enrolled_on,
        cast(date_trunc('week', {{ utc_date('connections.created_at') }}) as date) as enrolled_in_week
    from {{ ref('heyreach_connections') }} as connections
    left join import_losses
        on connections.campaign_id = import_losses.campaign_id
        and connections.lead_id = import_losses.lead_id

),

campaigns as (

    select * from {{ ref('heyreach_campaigns') }}

),

lists as (

    select * from {{ ref('stg_heyreach__lists') }}

),

accounts as (

    select
        *,
        nullif(concat_ws(
            ', '
            {%- for field in ('gender', 'job_title', 'seniority', 'industry', 'location') %},
            case when {{ field }} = 'unknown' then '{{ field }}' end
            {%- endfor %}
        ), '') as missing_fields
    from {{ ref('heyreach_accounts') }}

),

run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

counted as (

    {%- for entry in scopes %}
    select
        '{{ entry.scope }}' as scope,
        {{ entry.segment }} as segment,
        cast(max({{ entry.campaign_id }}) as varchar) as campaign_id,
        cast(max({{ entry.enrolled_on }}) as date) as enrolled_on,
        count(*) as leads,
        count(*) filter (where is_attribution_complete) as complete_leads,
        count(*) filter (where is_sent) as sent,
        count(*) filter (where is_sent and is_attribution_complete) as complete_sent,
        count(*) filter (where has_source_conflict) as conflicting_leads,
        count(*) filter (where is_lost_in_heyreach) as lost_in_heyreach,
        {{ distinct_texts_joined('missing_attribution_fields') }} as missing_fields,
        {{ distinct_texts_joined('case when not is_attribution_complete then batch_id end') }} as incomplete_batches
    from connections
    where {{ entry.segment }} is not null
    group by segment
    union all
    {%- endfor %}
    {%- for scope, segment in (('accounts', "'all'"), ('account', 'connections.account_id')) %}
    select
        '{{ scope }}' as scope,
        {{ segment }} as segment,
        cast(null as varchar) as campaign_id,
        cast(null as date) as enrolled_on,
        count(*) as leads,
        count(*) filter (where accounts.is_metadata_complete) as complete_leads,
        count(*) filter (where connections.is_sent) as sent,
        count(*) filter (where connections.is_sent and accounts.is_metadata_complete) as complete_sent,
        count(*) filter (where connections.has_source_conflict) as conflicting_leads,
        count(*) filter (where connections.is_lost_in_heyreach) as lost_in_heyreach,
        {{ distinct_texts_joined('accounts.missing_fields') }} as missing_fields,
        cast(null as varchar) as incomplete_batches
    from connections
    inner join accounts on connections.account_id = accounts.account_id
    group by segment
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

),

rated as (

    select
        *,
        {{ rate('complete_leads', 'leads') }} as coverage,
        {{ rate('complete_sent', 'sent') }} as sent_coverage,
        case
            when scope = 'batch' then least({{ rate('complete_leads', 'leads') }}, {{ rate('leads - lost_in_heyreach', 'leads') }})
            else {{ rate('complete_leads', 'leads') }}
        end as level_share
    from counted

),

final as (

    select
        rated.scope,
        rated.segment,
        case rated.scope
            when 'all' then 'All leads'
            when 'accounts' then 'All senders'
            when 'account' then accounts.label
            when 'campaign' then campaigns.campaign_name
            when 'list' then coalesce(lists.list_name, 'List ' || rated.segment)
            when 'week' then 'Week of ' || rated.segment
            when 'import' then campaigns.campaign_name || ' on ' || rated.enrolled_on
            else rated.segment
        end as segment_label,
        rated.enrolled_on,
        rated.leads,
        rated.complete_leads,
        rated.coverage,
        rated.sent,
        rated.complete_sent,
        rated.sent_coverage,
        rated.missing_fields,
        rated.incomplete_batches,
        rated.conflicting_leads,
        rated.lost_in_heyreach,
        case
            when rated.leads < run_parameters.hide_rate_below then 'few'
            when rated.level_share * 100 < run_parameters.coverage_fail_percent then 'fail'
            when rated.level_share * 100 < run_parameters.coverage_warn_percent then 'warn'
            else 'ok'
        end as level,
        run_parameters.as_of
    from rated
    left join campaigns on rated.campaign_id = campaigns.campaign_id
    left join accounts on rated.scope = 'account' and rated.segment = accounts.account_id
    left join lists on rated.scope = 'list' and rated.segment = lists.list_id
    cross join run_parameters

)

select * from final
