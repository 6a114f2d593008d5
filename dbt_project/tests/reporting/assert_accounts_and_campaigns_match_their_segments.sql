{#- The account and campaign reports show the same counts as the breakdowns, less what has no account or campaign. -#}

with segments as (

    select
        dimension,
        sum(sent_to_date) as sent_to_date,
        sum(accepted_to_date) as accepted_to_date
    from {{ ref('rpt_segment_performance') }}
    where (dimension = 'account' and segment <> 'unassigned')
        or (dimension = 'campaign' and segment <> 'not_in_a_campaign')
    group by dimension

),

reports as (

    select
        'account' as dimension,
        sum(sent_to_date) as sent_to_date,
        sum(accepted_to_date) as accepted_to_date
    from {{ ref('rpt_account_performance') }}
    union all
    select
        'campaign',
        sum(sent_to_date),
        sum(accepted_to_date)
    from {{ ref('rpt_campaign_performance') }}

)

select segments.dimension
from segments
inner join reports on segments.dimension = reports.dimension
where segments.sent_to_date <> reports.sent_to_date
    or segments.accepted_to_date <> reports.accepted_to_date
