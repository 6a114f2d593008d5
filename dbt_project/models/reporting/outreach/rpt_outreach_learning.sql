{#- Which text the next week should favour, and how sure that is. A registered test's result comes before everything that is only described;
    nothing is switched by itself. -#}
{%- set groups = ['segment', 'step', 'dimension'] -%}
{%- set by_group = 'ranked.segment = leaders.segment and ranked.step = leaders.step and ranked.dimension = leaders.dimension' %}

with ranked as (

    select * from {{ ref('fnd_outreach_texts_ranked') }}

),

leaders as (

    select
        {{ groups | join(', ') }},
        count(*) as texts,
        {%- for place, name in ((1, 'leader'), (2, 'next')) %}
        max(case when place = {{ place }} then value end) as {{ name }},
        max(case when place = {{ place }} then shrunken_rate end) as {{ name }}_rate,
        max(case when place = {{ place }} then shrunken_variance end) as {{ name }}_variance,
        {%- endfor %}
        max(case when place = 1 then best_chance end) as leader_chance,
        min(judged) as least_judged,
        arg_min(value, (judged, place)) as least
    from ranked
    group by {{ groups | join(', ') }}

),

compared as (

    select
        ranked.*,
        ranked.shrunken_rate - if(ranked.place = 1, leaders.next_rate, leaders.leader_rate) as lead,
        sqrt(ranked.shrunken_variance + if(ranked.place = 1, leaders.next_variance, leaders.leader_variance)) as lead_error,
        leaders.texts,
        leaders.leader,
        leaders.next,
        leaders.leader_chance,
        leaders.leader_rate - leaders.next_rate as leads_by,
        sqrt(leaders.leader_variance + leaders.next_variance) as leads_by_error,
        leaders.least_judged,
        leaders.least
    from ranked
    inner join leaders on {{ by_group }}

),

-- The texts that each test compares, as they are in the present configuration: of an edited text it says nothing.
texts_of_tests as (

    select
        tests.test_id,
        texts.segment,
        texts.step,
        texts.variant
    from (
        select test_id, unnest({{ json_items("config -> '$.texts'") }}) as text
        from {{ ref('stg_operations__message_tests') }}
    ) as tests
    inner join {{ ref('outreach_texts') }} as texts
        on (tests.text ->> '$.segment') = texts.segment
        and (tests.text ->> '$.variant') = texts.variant
        and (tests.text ->> '$.text_hash') = texts.text_hash
        and texts.is_current

),

-- One that found something, before one that is under way; the newest of these.
tests as (

    select
        texts.segment,
        texts.step,
        results.*
    from (
        select test_id, segment, step
        from texts_of_tests
        group by test_id, segment, step
        having count(distinct variant) = 2
    ) as texts
    inner join {{ ref('rpt_message_tests') }} as results on texts.test_id = results.test_id
    where results.result <> 'not_yet' or results.ended_at is null
    qualify row_number() over (
        partition by texts.segment, texts.step order by results.result = 'not_yet', results.started_at desc, results.test_id
    ) = 1

),

judged as (

    select
        compared.*,
        tests.test_id,
        tests.test_name,
        tests.result as test_result,
        tests.words as test_words,
        tests.started_at as tested_since,
        coalesce(compared.value in (tests.arm, tests.other_arm), false) as is_by_lot,
        case
            when tests.result = 'winner' then 'winner'
            when tests.result = 'no_difference' then 'no_difference'
            when tests.test_id is not null then 'testing'
            when compared.texts = 1 then 'alone'
            when compared.least_judged < run_parameters.collecting_below then 'collecting'
            when compared.leader_chance >= {{ favored_from() }} then 'described'
            else 'open'
        end as because,
        tests.winner,
        run_parameters.collecting_below - compared.least_judged as missing,
        run_parameters.as_of
    from compared
    left join tests
        on compared.dimension = 'variant'
        and compared.segment = tests.segment
        and compared.step = tests.step
    cross join {{ ref('stg_operations__run_parameters') }} as run_parameters

)

{%- set facts = {
    'favored': 'winner', 'leader': 'leader', 'next': 'next', 'least': 'least', 'test': 'test_name', 'test_words': 'test_words',
    'tested': 'cast(' ~ utc_date('tested_since') ~ ' as varchar)', 'missing': 'missing',
    'units': "if(step = '" ~ note_step() ~ "', 'requests', 'accepted requests')",
    'chance': 'cast(floor(100 * leader_chance) as bigint)',
    'low': 'cast(round(100 * (leads_by - ' ~ z_of_significance() ~ ' * leads_by_error)) as bigint)',
    'high': 'cast(round(100 * (leads_by + ' ~ z_of_significance() ~ ' * leads_by_error)) as bigint)',
} %}

select
    segment,
    step,
    dimension,
    value,
    place,
    if(step = '{{ note_step() }}', 'acceptance', 'replies') as metric,
    judged,
    successes,
    {{ rate('successes', 'judged') }} as rate,
    shrunken_rate,
    best_chance,
    lead,
    lead - {{ z_of_significance() }} * lead_error as lead_low,
    lead + {{ z_of_significance() }} * lead_error as lead_high,
    is_by_lot,
    test_id,
    test_result,
    because,
    case because when 'winner' then winner when 'described' then leader end as favored,
    case because
        {%- for name, text in learning_texts().items() %}
        when '{{ name }}' then {{ sentence(text, facts) }}
        {%- endfor %}
    end as recommendation,
    as_of
from judged
