{#- The chance that a request to somebody of fnd_plan_prospects by somebody of fnd_plan_senders brings an accepted connection. -#}
{% macro planned_chance(prospects, senders) -%}
    least({{ prospects }}.chance_if_asked * {{ senders }}.sender_share, {{ highest_chance() }}) * {{ prospects }}.asked_share
{%- endmacro %}

{#- What each sender may expect of a segment, the mean chance of the first `$most` who may be asked: segment, account_id, chance (NULL
    before anything was sent). -#}
{% macro segment_chances() -%}
    select
        prospects.segment,
        senders.account_id,
        {{ exact_sum(planned_chance('prospects', 'senders')) }} / count(*) as chance
    from {{ ref('fnd_plan_prospects') }} as prospects
    cross join {{ ref('fnd_plan_senders') }} as senders
    where senders.is_able and prospects.rank <= $most
    group by prospects.segment, senders.account_id
{%- endmacro %}

{#- What a plan's lines (lead_id, account_id) bring: one row. Ranges hold nine times in ten, as far as chances are known: whatever a factor
    is wrong together, and chance. Replies are those of the acceptances so far that are older than the window. -#}
{% macro plan_expectation(lines) -%}
    {%- set factors = chance_factors() | reject('in', ['list_id', 'account_id']) | list -%}
    with lines as (

        select
            prospects.*,
            senders.account_id,
            senders.sender_doubt,
            {{ planned_chance('prospects', 'senders') }} as chance
        from {{ lines }} as each_line
        inner join {{ ref('fnd_plan_prospects') }} as prospects on each_line.lead_id = prospects.lead_id
        inner join {{ ref('fnd_plan_senders') }} as senders on each_line.account_id = senders.account_id

    ),

    variances as (

        select {{ exact_sum('chance * (1 - chance)') }} as variance from lines
        {%- for factor in factors + ['account_id'] %}
        union all
        select {{ exact_sum('variance') }}
        from (
            select power({{ exact_sum('chance') }}, 2) * max({{ 'sender' if factor == 'account_id' else factor }}_doubt) as variance
            from lines
            group by {{ factor }}
        ) as by_{{ factor }}
        {%- endfor %}

    ),

    expected as (

        select
            (select {{ exact_sum('chance') }} from lines) as accepted,
            (select {{ exact_sum('variance') }} from variances) as variance

    ),

    answered as (

        select
            count(*) as accepted,
            count(*) filter (where connections.is_replied) as replied
        from {{ ref('heyreach_connections') }} as connections
        cross join {{ ref('stg_operations__run_parameters') }} as run_parameters
        where connections.is_sent and connections.is_accepted
            and connections.connection_accepted_at
            <= {{ days_after('run_parameters.as_of', '-run_parameters.acceptance_window_days') }}

    ),

    judged as (

        select
            expected.*,
            {{ rate('answered.replied', 'answered.accepted') }} as reply_share,
            answered.accepted as judged_accepted
        from expected
        cross join answered

    ),

    doubted as (

        select
            *,
            accepted * reply_share as replies,
            power(reply_share, 2) * variance + accepted * reply_share * (1 - reply_share)
            + power(accepted, 2) * reply_share * (1 - reply_share) / nullif(judged_accepted, 0) as reply_variance
        from judged

    )

    select
        accepted as expected_accepted,
        greatest(accepted - {{ z_of_nine_in_ten() }} * sqrt(variance), 0) as accepted_low,
        accepted + {{ z_of_nine_in_ten() }} * sqrt(variance) as accepted_high,
        replies as expected_replies,
        greatest(replies - {{ z_of_nine_in_ten() }} * sqrt(reply_variance), 0) as replies_low,
        replies + {{ z_of_nine_in_ten() }} * sqrt(reply_variance) as replies_high
    from doubted
{%- endmacro %}
