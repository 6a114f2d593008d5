{{ config(materialized='ephemeral', contract={'enforced': false}) }}

with labels as (

    select
        dimension,
        segment,
        max(segment_label) as segment_label
    from {{ ref('fnd_segments_labeled') }}
    group by dimension, segment

),

import_tests as (

    select
        tests.*,
        coalesce(labels.segment_label, tests.segment) as label
    from {{ ref('fnd_loss_tests') }} as tests
    left join labels
        on tests.dimension = labels.dimension
        and tests.segment = labels.segment
    where tests.stage = 'import' and {{ is_loss() }}

),

-- A batch of a source that is named goes with its source.
lossy_imports as (

    select
        import_tests.*,
        scale.weeks,
        scale.accept_rate,
        scale.sent_share
    from import_tests
    cross join {{ ref('rpt_bottlenecks__scale') }} as scale
    where import_tests.dimension = 'source'
        or not exists (
            select 1
            from import_tests as of_sources
            inner join {{ ref('heyreach_imports') }} as imports
                on imports.source = of_sources.segment and of_sources.dimension = 'source'
            where of_sources.cause = import_tests.cause
                and imports.import_id = import_tests.segment
        )

),

losing_segments as (

    select
        losing.*,
        segments.segment_label as label,
        -- What it loses of what is sent in the period, which says whether it matters; what mending it is worth depends on who
        -- waits now.
        greatest(losing.reference_rate - {{ rate('losing.evidence_accepted', 'losing.evidence_sent') }}, 0)
        * segments.sent / scale.weeks
            < run_parameters.smallest_loss_accepts_per_week as is_minor,
        account_effects.difference_within_lists,
        case
            when {{ evidence_since('run_parameters.since', 'run_parameters.until') }} < run_parameters.since
                then cast({{ evidence_since('run_parameters.since', 'run_parameters.until') }} as date)
        end as evidence_since,
        not {{ is_worth_something('worths.worth') }} as is_without_better
    from {{ ref('fnd_losing_segments') }} as losing
    inner join {{ ref('rpt_segment_performance') }} as segments
        on losing.dimension = segments.dimension
        and losing.segment = segments.segment
    left join {{ ref('fnd_account_effects') }} as account_effects
        on losing.dimension = account_effects.dimension
        and losing.segment = account_effects.segment
    left join {{ ref('fnd_week_worths') }} as worths
        on worths.cause = 'low_acceptance'
        and losing.dimension = worths.dimension
        and losing.segment = worths.segment
    cross join {{ ref('rpt_bottlenecks__scale') }} as scale
    cross join {{ ref('stg_operations__run_parameters') }} as run_parameters

)

{%- set is_sender = "dimension = 'account'" %}
{%- set describes_sender = 'dimension in ' ~ names_in(sender_loss_attributes()) %}
{% for cause in ['invalid_leads', 'duplicate_leads'] %}
select
    {{ cause_line(
        cause, 'dimension', 'segment', 'label', 'trials',
        {
            'found': 'found',
            'rows': 'trials',
            'dimension': dimension_words('dimension', inside=true),
            'label': 'label',
            'normal': 'cast(round(100 * normal_share) as bigint)',
        },
        lost='(found - trials * normal_share) / weeks * sent_share * accept_rate',
        q_value='q_value'
    ) }}
from lossy_imports
where cause = '{{ cause }}'
union all
{%- endfor %}
{%- for line, which in [
    ('low_acceptance_of_sender', is_sender),
    ('low_acceptance_of_senders', describes_sender),
    ('low_acceptance', 'not (' ~ is_sender ~ ' or ' ~ describes_sender ~ ' or is_without_better)'),
    ('low_acceptance_without_better', 'is_without_better and not (' ~ is_sender ~ ' or ' ~ describes_sender ~ ')'),
] %}
select
    {{ cause_line(
        line, 'dimension', 'segment', 'label', 'evidence_sent',
        {
            'dimension': dimension_words('dimension'),
            'label': 'label',
            'rate': rate('evidence_accepted', 'evidence_sent'),
            'requests': 'evidence_sent',
            'since': 'evidence_since',
            'rest': "case when round > 1 then '' end",
            'reference': 'reference_rate',
            'within_lists': 'case when difference_within_lists < 0 then -difference_within_lists end',
            'campaign_id': "case when dimension = 'campaign' then segment end",
        },
        q_value='q_value',
        is_minor='is_minor'
    ) }}
from losing_segments
where {{ which }}
{%- if not loop.last %}
union all
{%- endif %}
{%- endfor %}
