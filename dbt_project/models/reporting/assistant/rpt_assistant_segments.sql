{#- What an assistant is told of each segment: nothing of who is few (fnd_segments_withheld), and no name that somebody else
    may have written. -#}
{%- set told = [
    'leads_imported', 'sent', 'accepted', 'mature_sent', 'mature_accepted', 'mature_replied', 'accept_rate', 'ci_low', 'ci_high',
    'accept_rate_low', 'accept_rate_high', 'rate_withheld_because', 'reply_rate', 'difference', 'difference_low', 'difference_high',
    'detectable_difference', 'q_value',
] %}

with segments as (

    select
        segments.*,
        labels.own_label,
        {{ told_key('segments.segment', 'labels.own_label', 'segments.dimension') }} as told_key,
        withheld.because as withheld_because
    from {{ ref('rpt_segment_performance') }} as segments
    left join {{ ref('fnd_segments_own_labels') }} as labels
        on segments.dimension = labels.dimension and segments.segment = labels.segment
    left join {{ ref('fnd_segments_withheld') }} as withheld
        on segments.dimension = withheld.dimension and segments.segment = withheld.segment
    where segments.dimension in {{ names_in(told_dimensions()) }}

)

select
    dimension,
    segment,
    segment_label,
    told_key,
    {{ told_as('told_key', 'own_label', 'dimension') }} as told_as,
    -- Who is withheld stands last, in an order that says nothing of how many they are.
    row_number() over (
        partition by dimension
        order by withheld_because is not null, case when withheld_because is null then volume_rank end, told_key, segment
    ) as place,
    {%- for column in told %}
    case when withheld_because is null then {{ column }} end as {{ column }},
    {%- endfor %}
    case when withheld_because is null then verdict else 'suppressed' end as verdict,
    withheld_because,
    since,
    until,
    as_of
from segments
