{#- What came of each text of the present configuration, step by step: of notes acceptance, of messages replies of those who accepted. Rates
    are shrunken to that of their step, as far as texts differ no more than chance makes them. -#}
{%- set keys = ['segment', 'step', 'dimension'] %}

with texts as (

    select
        requests.segment,
        texts.step,
        texts.variant,
        texts.format,
        texts.angle,
        case when texts.step = '{{ note_step() }}' then requests.is_mature else requests.is_old_for_replies_of_accepted end as is_old,
        case
            when texts.step = '{{ note_step() }}' then requests.is_accepted_in_window else requests.is_surely_replied_of_accepted
        end as is_success
    from {{ ref('fnd_outreach_request_texts') }} as texts
    inner join {{ ref('fnd_outreach_requests') }} as requests on texts.connection_id = requests.connection_id
    where texts.is_current and requests.is_sent

),

counted as (

    {%- for entry in outreach_text_dimensions() %}
    select
        segment,
        step,
        '{{ entry.name }}' as dimension,
        {{ entry.name }} as value,
        count(*) filter (where is_old) as judged,
        count(*) filter (where is_old and is_success) as successes
    from texts
    group by segment, step, {{ entry.name }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

families as (

    select
        {{ keys | join(', ') }},
        count(*) as family_segments,
        sum(judged) as family_sent,
        sum(judged * judged) as family_squares,
        {{ rate('sum(successes)', 'sum(judged)') }} as family_rate
    from counted
    where judged > 0
    group by {{ keys | join(', ') }}

),

scattered as (

    select
        {% for key in keys %}families.{{ key }}, {% endfor %}
        any_value(families.family_rate) as family_rate,
        any_value(families.family_segments) as family_segments,
        any_value(families.family_sent) as family_sent,
        any_value(families.family_squares) as family_squares,
        {{ spread('counted.successes', 'counted.judged', 'families.family_rate') }} as family_spread
    from families
    inner join counted
        on {% for key in keys %}families.{{ key }} = counted.{{ key }} and {% endfor %}counted.judged > 0
    group by {% for key in keys %}families.{{ key }}{{ ', ' if not loop.last }}{% endfor %}

),

strengths as (

    select
        {{ keys | join(', ') }},
        family_rate,
        coalesce({{ prior_strength() }}, 1e6) as strength
    from scattered

),

shrunken as (

    select
        counted.*,
        (counted.successes + strengths.family_rate * strengths.strength) / (counted.judged + strengths.strength) as shrunken_rate,
        shrunken_rate * (1 - shrunken_rate) / (counted.judged + strengths.strength + 1) as shrunken_variance
    from counted
    left join strengths
        on {% for key in keys %}counted.{{ key }} = strengths.{{ key }}{{ ' and ' if not loop.last }}{% endfor %}

),

chances as (

    {{ best_chances('(select * from shrunken where shrunken_rate is not null)', keys) }}

)

select
    shrunken.*,
    chances.best_chance,
    row_number() over (
        partition by {% for key in keys %}shrunken.{{ key }}{{ ', ' if not loop.last }}{% endfor %}
        order by shrunken.shrunken_rate desc nulls last, shrunken.judged desc, shrunken.value
    ) as place
from shrunken
left join chances
    on {% for key in keys %}shrunken.{{ key }} = chances.{{ key }} and {% endfor %}shrunken.value = chances.value
