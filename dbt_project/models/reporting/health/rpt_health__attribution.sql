{{ config(materialized='ephemeral', contract={'enforced': false}) }}

with run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

coverage as (

    select * from {{ ref('rpt_attribution_coverage') }}

),

thin as (

    select * from {{ ref('rpt_attribution_breaks') }}
    where level = 'warn'

),

respelled_fields as (

    select
        respelled_field,
        expected_field,
        count(*) as leads
    from {{ ref('fnd_lead_fields_respelled') }}
    group by respelled_field, expected_field

),

accounts_described_in_part as (

    select
        coverage.sent,
        coverage.segment_label,
        coverage.missing_fields
    from coverage
    -- Accounts that the file doesn't know at all have a line of their own.
    inner join {{ ref('rpt_account_performance') }} as accounts
        on coverage.segment = accounts.account_id and accounts.configuration_status not in ('unmapped', 'inferred')
    where coverage.scope = 'account' and coverage.missing_fields is not null and coverage.sent > 0

)

select
    {{ health_line(
        'attribution_coverage',
        'coverage.leads - coverage.complete_leads',
        {'coverage': 'coverage.coverage', 'fields': "replace(run_parameters.required_attribution_fields, ',', ', ')"},
        severity="case when coverage.level = 'fail' then 'blind' else 'note' end"
    ) }}
from coverage
cross join run_parameters
where coverage.scope = 'all' and coverage.level in ('warn', 'fail')
union all
select
    {{ health_line(
        'attribution_thin',
        'sum(incomplete_leads)',
        {'more': 'case when count(*) > 5 then count(*) - 5 end'},
        each={'place': 'segment_label', 'incomplete': 'incomplete_leads', 'leads': 'leads', 'fields': 'missing_fields'},
        order_by='rank_in_level',
        separator='; ',
        only='rank_in_level <= 5'
    ) }}
from thin
having count(*) > 0
union all
select
    {{ health_line(
        'custom_fields_respelled',
        'sum(leads)',
        each={'field': 'respelled_field', 'expected': 'expected_field', 'leads': 'leads'},
        order_by='leads desc, respelled_field'
    ) }}
from respelled_fields
having count(*) > 0
union all
select
    {{ health_line(
        'source_conflicts',
        'conflicting_leads',
        {'conflicting': 'conflicting_leads', 'leads': 'leads'}
    ) }}
from coverage
where scope = 'all' and conflicting_leads > 0
union all
select
    {{ health_line(
        'account_metadata',
        'sum(each_account.sent)',
        {'coverage': 'max(overall.sent_coverage)'},
        each={'sender': 'each_account.segment_label', 'fields': 'each_account.missing_fields'},
        order_by='each_account.sent desc, each_account.segment_label',
        separator='; ',
        severity="case max(overall.level) when 'fail' then 'blind' else 'note' end"
    ) }}
from coverage as overall
cross join accounts_described_in_part as each_account
where overall.scope = 'accounts' and overall.level in ('warn', 'fail')
having count(*) > 0
union all
select
    {{ health_line(
        'invalid_profile_urls',
        'invalid_profile_urls',
        {'invalid': 'invalid_profile_urls', 'leads': 'people_known'},
        severity="case when invalid_profile_urls * 2 >= people_known then 'blind' else 'note' end"
    ) }}
from {{ ref('rpt_summary') }}
where invalid_profile_urls > 0
