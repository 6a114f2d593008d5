{{ config(materialized='ephemeral', contract={'enforced': false}) }}

with run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

)

select
    greatest(
        {{ hours_between(
            'greatest(run_parameters.since, first_pulls.first_finished_at)',
            'least(run_parameters.until, run_parameters.as_of)'
        ) }} / 168,
        1 / 7.0
    ) as weeks,
    coalesce(
        {{ rate('summary.mature_accepted', 'summary.mature_sent') }},
        {{ rate('summary.accepted_to_date', 'summary.sent_to_date') }}
    ) as accept_rate,
    (select coalesce(share_of_first, 0) from {{ ref('rpt_funnel') }} where stage = 'sent') as sent_share
from run_parameters
cross join {{ ref('rpt_summary') }} as summary
cross join {{ ref('int_first_pulls') }} as first_pulls
