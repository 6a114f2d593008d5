{{ config(materialized='ephemeral') }}

{#- Segments of different dimensions that hold the same requests are one, named by the first of loss_dimensions() that can be
    tested. -#}
{%- set same_requests = 'sent, sent_to_date, accepted, accepted_to_date, mature_sent, mature_accepted, evidence_sent' -%}

with segments as (

    select * from {{ ref('fnd_segments_compared') }}
    where dimension in {{ names_in(loss_dimensions()) }}
        -- What nobody knows of a request is no reason for it to fail; for real people see dimensions().
        and segment not in ('{{ missing_segments() | join("', '") }}', 'real', 'real_personal')

),

account_effects as (

    select * from {{ ref('fnd_account_effects') }}

),

all_requests as (

    select sum(evidence_sent) as sent
    from {{ ref('fnd_period_facts') }}

),

run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

-- Under three accounts of a kind can't be told from the kind, so these few stand for it: each of them that is
-- below the others by more than chance.
few_of_a_kind as (

    select
        accounts.account_id,
        of_kind.z as z_of_kind
    from {{ ref('heyreach_accounts') }} as accounts
    inner join account_effects as of_kind
        on of_kind.dimension = 'account_kind'
        and of_kind.segment = {{ account_kind('accounts.account_type') }}
    inner join account_effects as of_account
        on of_account.dimension = 'account'
        and of_account.segment = accounts.account_id
    where of_kind.segment <> 'real'
        and of_kind.senders = 2
        and of_account.z_by_chance < -{{ z_of_significance() }}

),

numbered_dimensions as (

    {%- for entry in loss_dimensions() %}
    select '{{ entry.name }}' as dimension, {{ loop.index }} as precedence{{ ' union all' if not loop.last }}
    {%- endfor %}

),

-- What can be tested at all.
testable as (

    select
        segments.*,
        numbered_dimensions.precedence,
        case
            when segments.dimension = 'account' then least(account_effects.z, few_of_a_kind.z_of_kind)
            when segments.dimension in {{ names_in(sender_loss_attributes()) }} then account_effects.z
            else lead_effects.z
        end as z,
        case when few_of_a_kind.account_id is null then 1 else 2 end as looks
    from segments
    inner join numbered_dimensions on segments.dimension = numbered_dimensions.dimension
    cross join all_requests
    cross join run_parameters
    left join account_effects
        on segments.dimension = account_effects.dimension
        and segments.segment = account_effects.segment
    left join {{ ref('fnd_lead_effects') }} as lead_effects
        on segments.dimension = lead_effects.dimension
        and segments.segment = lead_effects.segment
    left join few_of_a_kind
        on segments.dimension = 'account'
        and segments.segment = few_of_a_kind.account_id
    where least(segments.evidence_sent, all_requests.sent - segments.evidence_sent) >= run_parameters.collecting_below
        -- A type is told from its accounts only where there are some of it and some of others, and where it is low without
        -- its worst account, too.
        and (
            segments.dimension not in {{ names_in(sender_loss_attributes()) }}
            or least(account_effects.senders, account_effects.other_senders) >= {{ fewest_senders() }}
        )
        and (
            segments.dimension not in {{ names_in(sender_loss_attributes()) }}
            or 2 * account_effects.difference_without_worst <= account_effects.difference_within_lists
            or account_effects.difference_within_lists >= 0
        )
        and (
            segments.dimension not in {{ names_in(sender_loss_dimensions()) }}
            or account_effects.compared_sent >= run_parameters.collecting_below
        )

)

-- Among what can be tested, so that nobody is represented by what is left out.
select
    *,
    row_number() over (partition by {{ same_requests }} order by z is null, precedence, segment) as place_among_same
from testable
