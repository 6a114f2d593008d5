{{ config(materialized='ephemeral') }}

{%- for who in ('mature_sent', 'undecided_mature') %}
{%- set is_undecided = who == 'undecided_mature' %}
select
    pair as comparison,
    {{ is_undecided }} as is_undecided,
    lead_id,
    account_id,
    account_id as stratum,
    account_value,
    case match when 'same' then 1 when 'different' then 2 end as compared_group,
    mature_accepted,
    undecided_group,
    is_counted
from ({{ mature_requests_by_pair(ref('fnd_period_facts'), who, compared_pairs()) }}) as pair_requests
union all
select
    'account_type' as comparison,
    {{ is_undecided }} as is_undecided,
    lead_id,
    account_id,
    coalesce(source, 'unknown') || '|' || coalesce(icp, 'unknown') as stratum,
    account_type as account_value,
    case {{ account_kind('account_type') }} when 'ai' then 1 when 'real' then 2 end as compared_group,
    mature_accepted,
    undecided_group,
    sent_to_date as is_counted
from {{ ref('fnd_period_facts') }}
where {{ who }} = 1
{% if not loop.last %}union all{% endif %}
{%- endfor %}
