{#- Everything that may be a loss, tested as one family: each segment's rate against that of all other mature requests
    (accounts and their types within the lists they share with others), and each batch's and source's share of unusable
    and repeated rows against what is normal. One-sided, because only losses are looked for. Segments of different
    dimensions that hold the same requests are one, named by the first of loss_dimensions(). -#}
{%- set same_requests = 'sent, sent_to_date, accepted, accepted_to_date, mature_sent, mature_accepted' -%}

with segments as (

    select * from {{ ref('rpt_segment_performance') }}
    where dimension in ('{{ loss_dimensions() | join("', '") }}')
        -- What nobody knows of a request is no reason for it to fail; for real people see loss_dimensions().
        and segment not in ('unknown', 'unassigned', 'no_list', 'not_in_a_campaign', 'real', 'real_personal')

),

account_effects as (

    select * from {{ ref('int_account_effects') }}

),

summary as (

    select * from {{ ref('rpt_summary') }}

),

run_parameters as (

    select * from {{ ref('stg_heyreach__run_parameters') }}

),

imports as (

    select
        imports.import_id,
        imports.source,
        imports.file_rows,
        imports.file_rows - imports.valid_rows as invalid_rows,
        case imports.known_from
            when 'lists' then imports.valid_rows - imports.people
            else imports.left_out_duplicate_in_file + imports.left_out_imported_before
                + imports.left_out_already_in_list + imports.left_out_in_other_campaign
        end as duplicate_rows
    from {{ ref('heyreach_imports') }} as imports
    cross join run_parameters
    where imports.imported_at >= run_parameters.since
        and imports.imported_at < run_parameters.until

),

numbered_dimensions as (

    {%- for dimension in loss_dimensions() %}
    select '{{ dimension }}' as dimension, {{ loop.index }} as precedence{{ ' union all' if not loop.last }}
    {%- endfor %}

),

distinct_segments as (

    select
        segments.*,
        numbered_dimensions.precedence,
        row_number() over (partition by {{ same_requests }} order by numbered_dimensions.precedence, segments.segment) as place_among_same
    from segments
    inner join numbered_dimensions on segments.dimension = numbered_dimensions.dimension

),

acceptance as (

    select
        'acceptance' as stage,
        'low_acceptance' as cause,
        distinct_segments.dimension,
        distinct_segments.segment,
        distinct_segments.precedence,
        distinct_segments.mature_sent as trials,
        distinct_segments.mature_accepted as found,
        case
            when distinct_segments.dimension in ('account', 'account_type', 'account_kind') then account_effects.z_within_lists
            else {{ two_proportion_z(
                'distinct_segments.mature_accepted', 'distinct_segments.mature_sent',
                '(summary.mature_accepted - distinct_segments.mature_accepted)', '(summary.mature_sent - distinct_segments.mature_sent)'
            ) }}
        end as z
    from distinct_segments
    cross join summary
    cross join run_parameters
    left join account_effects
        on distinct_segments.dimension = account_effects.dimension
        and distinct_segments.segment = account_effects.segment
    where distinct_segments.place_among_same = 1
        and least(distinct_segments.mature_sent, summary.mature_sent - distinct_segments.mature_sent) >= run_parameters.collecting_below
        -- A type is told from its accounts only where there are some of it and some of others.
        and (distinct_segments.dimension not in ('account_type', 'account_kind') or least(account_effects.senders, account_effects.other_senders) >= 3)
        and (distinct_segments.dimension not in ('account', 'account_type', 'account_kind') or account_effects.compared_sent >= run_parameters.collecting_below)

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
            and {{ beyond_normal_z('by_source.found_without_worst', 'by_source.trials_without_worst', 'normal_shares.normal_share') }} < -1.959964
    ) as rows_of_either
    inner join normal_shares on rows_of_either.cause = normal_shares.cause
    cross join run_parameters
    where rows_of_either.trials >= run_parameters.collecting_below

),

tests as (

    select stage, cause, dimension, segment, precedence, trials, found, cast(null as double) as normal_share, z from acceptance
    union all
    select stage, cause, dimension, segment, precedence, trials, found, cast(normal_share as double), z from import_rows

),

with_p_values as (

    select
        *,
        {{ lower_tail_p_value('z') }} as p_value
    from tests

),

ranked as (

    select
        *,
        count(p_value) over () as q_family_size,
        row_number() over (order by p_value nulls last, precedence, segment, cause) as q_rank,
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
    {{ benjamini_hochberg('p_value', 'family') }} as q_value,
    q_rank
from ranked
