{{ config(materialized='ephemeral') }}

select
    *,
    a + b > 0 and c + d > 0 as is_evidence
from (
    select
        comparison,
        stratum,
        count(*) filter (where compared_group = 1 and mature_accepted = 1) as a,
        count(*) filter (where compared_group = 1 and mature_accepted = 0) as b,
        count(*) filter (where compared_group = 2 and mature_accepted = 1) as c,
        count(*) filter (where compared_group = 2 and mature_accepted = 0) as d
    from {{ ref('rpt_comparison_requests') }}
    where not is_undecided and compared_group is not null
    group by comparison, stratum
) as counted
