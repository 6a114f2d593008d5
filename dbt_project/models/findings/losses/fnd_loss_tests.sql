{#- Everything that may be a loss, tested as one family: each segment's rate against that of the other mature requests
    (leads within their senders, accounts and their types within the lists they share with others), and each batch's and
    source's share of unusable and repeated rows against what is normal. One-sided, because only losses are looked for.
    Which leads, which sender, which rows: each question has its share of the family whatever the number of its segments,
    so that a hundred lists don't drown a sender; unusable rows need the least, because where they are wrong they are far
    from normal. Segments of different dimensions that hold the same requests are one, named by the first of
    loss_dimensions() that can be tested. -#}
{%- set shares = {'sender': 0.5, 'lead': 0.45, 'row': 0.05} -%}
{%- set same_requests = 'sent, sent_to_date, accepted, accepted_to_date, mature_sent, mature_accepted' -%}

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

    select sum(mature_sent) as mature_sent
    from {{ ref('fnd_period_facts') }}

),

run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

-- Whoever stood in another campaign before is nobody new, either.
known_people as (

    select
        batch_id,
        source,
        count(*) as people
    from (
        select
            batch_id,
            coalesce(source, 'unknown') as source,
            row_number() over (partition by lead_id order by created_at, campaign_id) as campaign_number
        from {{ ref('heyreach_connections') }}
    ) as in_campaigns
    where campaign_number > 1
    group by batch_id, source

),

imports as (

    select
        imports.import_id,
        imports.source,
        imports.file_rows,
        imports.file_rows - imports.valid_rows as invalid_rows,
        case imports.known_from
            when 'lists' then imports.valid_rows - imports.people + coalesce(known_people.people, 0)
            else imports.left_out_duplicate_in_file + imports.left_out_imported_before
                + imports.left_out_already_in_list + imports.left_out_in_other_campaign
        end as duplicate_rows
    from {{ ref('heyreach_imports') }} as imports
    left join known_people
        on imports.import_id = known_people.batch_id
        and imports.source = known_people.source
    cross join run_parameters
    where imports.imported_at >= run_parameters.since
        and imports.imported_at < run_parameters.until

),

-- Under three accounts of a kind can't be told from the kind, so these few stand for it: each of them that is
-- below the others by more than chance.
few_of_a_kind as (

    select
        accounts.account_id,
        of_kind.z_within_lists as z_of_kind
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
            when segments.dimension = 'account' then least(account_effects.z_within_lists, few_of_a_kind.z_of_kind)
            when segments.dimension in {{ names_in(sender_loss_attributes()) }} then account_effects.z_within_lists
            when lead_effects.is_within_senders_more_exact then lead_effects.z_within_senders
            else lead_effects.z_across_senders
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
    where least(segments.mature_sent, all_requests.mature_sent - segments.mature_sent) >= run_parameters.collecting_below
        -- A type is told from its accounts only where there are some of it and some of others, and where it is low without
        -- its worst account, too.
        and (segments.dimension not in {{ names_in(sender_loss_attributes()) }} or least(account_effects.senders, account_effects.other_senders) >= 3)
        and (
            segments.dimension not in {{ names_in(sender_loss_attributes()) }}
            or 2 * account_effects.difference_without_worst <= account_effects.difference_within_lists
            or account_effects.difference_within_lists >= 0
        )
        and (segments.dimension not in {{ names_in(sender_loss_dimensions()) }} or account_effects.compared_sent >= run_parameters.collecting_below)

),

-- Among what can be tested, so that nobody is represented by what is left out.
numbered as (

    select
        *,
        row_number() over (partition by {{ same_requests }} order by z is null, precedence, segment) as place_among_same
    from testable

),

acceptance as (

    select
        'acceptance' as stage,
        'low_acceptance' as cause,
        dimension,
        segment,
        precedence,
        mature_sent as trials,
        mature_accepted as found,
        -- Whatever is unknown is counted against the loss: the undecided, and requests that vanished while they were open.
        case when z < 0 then least(z - coalesce(z_in_doubt, 0), 0) else z end as z,
        looks
    from numbered
    where place_among_same = 1

),

{%- for dimension, segment, precedence in (('batch', 'import_id', 1), ('source', 'source', 2)) %}
import_rows_by_{{ dimension }} as (

    {%- for cause, count in (('invalid_leads', 'invalid_rows'), ('duplicate_leads', 'duplicate_rows')) %}
    select
        'import' as stage,
        '{{ cause }}' as cause,
        '{{ dimension }}' as dimension,
        {{ segment }} as segment,
        {{ precedence }} as precedence,
        cast(sum(file_rows) as bigint) as trials,
        cast(sum({{ count }}) as bigint) as found,
        cast(sum({{ count }}) as bigint) - max({{ count }}) as found_without_worst,
        cast(sum(file_rows) as bigint) - cast(max_by(file_rows, {{ count }}) as bigint) as trials_without_worst
    from imports
    group by {{ segment }}
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

),
{%- endfor %}

normal_shares as (

    select 'invalid_leads' as cause, normal_invalid_percent / 100.0 as normal_share from run_parameters
    union all
    select 'duplicate_leads' as cause, normal_duplicate_percent / 100.0 as normal_share from run_parameters

),

-- A source is named where it goes on losing leads without its worst batch; else the batch is.
import_rows as (

    select
        rows_of_either.*,
        normal_shares.normal_share,
        {{ beyond_normal_z('rows_of_either.found', 'rows_of_either.trials', 'normal_shares.normal_share') }} as z
    from (
        select * from import_rows_by_batch
        union all
        select by_source.*
        from import_rows_by_source as by_source
        inner join normal_shares on by_source.cause = normal_shares.cause
        where by_source.trials_without_worst > 0
            and {{ beyond_normal_z('by_source.found_without_worst', 'by_source.trials_without_worst', 'normal_shares.normal_share') }} < -{{ z_of_significance() }}
    ) as rows_of_either
    inner join normal_shares on rows_of_either.cause = normal_shares.cause
    cross join run_parameters
    where rows_of_either.trials >= run_parameters.collecting_below

),

tests as (

    select
        stage, cause, dimension, segment, precedence, trials, found, cast(null as double) as normal_share, z, looks,
        case when dimension in {{ names_in(sender_loss_dimensions()) }} then 'sender' else 'lead' end as question
    from acceptance
    union all
    select
        stage, cause, dimension, segment, precedence, trials, found, cast(normal_share as double), z, 1, 'row'
    from import_rows

),

shared as (

    select
        *,
        case question
            {%- for question, share in shares.items() %}
            when '{{ question }}' then {{ share }}
            {%- endfor %}
        end / cast(count(z) over (partition by question) as double) as share
    from tests

),

-- A share of a question without tests falls to the others.
with_p_values as (

    select
        *,
        least(1, looks * {{ lower_tail_p_value('z') }}) as p_value,
        case when z is not null then share * count(z) over () / sum(share) filter (where z is not null) over () end as weight
    from shared

),

ranked as (

    select
        *,
        count(p_value) over () as q_family_size,
        p_value / weight as weighted_p_value,
        row_number() over (order by p_value / weight nulls last, precedence, segment, cause) as q_rank,
        1 as family
    from with_p_values

)

select
    stage,
    cause,
    dimension,
    segment,
    precedence,
    trials,
    found,
    normal_share,
    z,
    p_value,
    weight,
    {{ benjamini_hochberg('weighted_p_value', 'family') }} as q_value,
    q_rank
from ranked
