{#- The counts every breakdown carries, as columns of fnd_period_facts that are summed. -#}
{% macro fact_counts() -%}
    {{ return([
        'leads_imported', 'leads_undated', 'sent', 'accepted', 'sent_undated', 'sent_to_date', 'accepted_to_date',
        'mature_sent', 'mature_accepted', 'mature_replied',
    ]) }}
{%- endmacro %}

{#- What stands beside the counts of a breakdown and says how sure they are, as columns of fnd_period_facts that are
    summed: acceptances that were surely, or possibly, within the window; requests that vanished while they were open;
    people connected before; those of whom nobody knows. And what a loss is told from, of which a short period holds little. -#}
{% macro doubt_counts() -%}
    {{ return([
        'mature_accepted_surely', 'mature_accepted_possibly', 'out_of_sight', 'already_connected', 'undecided',
        'evidence_sent', 'evidence_accepted', 'evidence_accepted_surely', 'evidence_accepted_possibly', 'evidence_out_of_sight',
    ]) }}
{%- endmacro %}

{#- From when on mature requests are evidence of a loss: from the period's begin, or 90 days before its end, if that is earlier. Of
    a report of thirty days two weeks are mature, which show little; what is older than a quarter was asked with other lists. -#}
{% macro evidence_since(since='since', until='until') -%}
    least({{ since }}, {{ days_after(until, -90) }})
{%- endmacro %}

{#- What the undecided add to where they count as asked; each has a bound in fnd_segment_bounds. -#}
{% macro undecided_counts() -%}
    {{ return(['sent', 'accepted', 'sent_to_date', 'accepted_to_date', 'mature', 'evidence']) }}
{%- endmacro %}

{#- An event belongs to the period when its estimate does; without an estimate, when both its bounds do. -#}
{% macro is_in_period(moment, earliest, latest, since='since') -%}
    coalesce(
        {{ moment }} >= {{ since }} and {{ moment }} < until,
        {{ earliest }} >= {{ since }} and {{ latest }} < until,
        false
    )
{%- endmacro %}

{#- The rate on mature requests with its interval, hidden where there are too few of them to mean anything, and withheld
    where those of whom nobody knows whether they were asked could move it by more than a point. Its bounds count all
    of these as asked, and none, and acceptances around the end of the window on either side. The relation has the columns
    mature_sent, mature_accepted, mature_accepted_surely, mature_accepted_possibly, mature_fewer and mature_more. -#}
{% macro accept_rate_columns() -%}
    {%- set is_in_doubt = is_rate_in_doubt('mature_accepted', 'mature_sent', 'mature_fewer', 'mature_more') -%}
    {%- set is_shown = 'mature_sent >= hide_rate_below and not ' ~ is_in_doubt -%}
    case when {{ is_shown }} then {{ rate('mature_accepted', 'mature_sent') }} end as accept_rate,
    case when {{ is_shown }} then {{ wilson_low('(mature_accepted - mature_fewer)', '(mature_sent - mature_fewer)') }} end as ci_low,
    case when {{ is_shown }} then {{ wilson_high('(mature_accepted + mature_more)', '(mature_sent + mature_more)') }} end as ci_high,
    case
        when mature_sent >= hide_rate_below
            then {{ rate_at_least('mature_accepted_surely', 'mature_sent', 'mature_fewer') }}
    end as accept_rate_low,
    case
        when mature_sent >= hide_rate_below
            then {{ rate_at_most('mature_accepted_possibly', 'mature_sent', 'mature_more') }}
    end as accept_rate_high,
    case when mature_sent >= hide_rate_below and {{ is_in_doubt }} then 'connected_before' end as rate_withheld_because
{%- endmacro %}

{#- The rate of all requests so far, hidden and withheld in the same way. -#}
{% macro accepted_to_date_rate() -%}
    case
        when sent_to_date >= hide_rate_below
            and not {{ is_rate_in_doubt('accepted_to_date', 'sent_to_date', 'sent_to_date_fewer', 'sent_to_date_more') }}
            then {{ rate('accepted_to_date', 'sent_to_date') }}
    end
{%- endmacro %}

{#- The share of mature acceptances that have replied so far, hidden and withheld where the accept rate would be. -#}
{% macro reply_rate() -%}
    case
        when mature_accepted >= hide_rate_below
            and not {{ is_rate_in_doubt('mature_accepted', 'mature_sent', 'mature_fewer', 'mature_more') }}
            then {{ rate('mature_replied', 'mature_accepted') }}
    end
{%- endmacro %}

{#- Columns that bound the counts: all that are undecided as asked, or none, as far as HeyReach's own counts leave it open. -#}
{% macro count_bound_columns() -%}
    {%- for count in ['sent', 'accepted', 'sent_to_date', 'accepted_to_date'] %}
    cast({{ count }} - {{ count }}_fewer as bigint) as {{ count }}_low,
    cast({{ count }} + {{ count }}_more as bigint) as {{ count }}_high{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#- What rpt_segment_performance says of a segment, here joined as `segments`, beside something that may have none: then its
    counts are 0. -#}
{% macro segment_columns() -%}
    {%- for count in fact_counts() + ['sent_low', 'sent_high', 'accepted_low', 'accepted_high'] %}
    coalesce(segments.{{ count }}, 0) as {{ count }},
    {%- endfor %}
    {%- for column in [
        'accept_rate', 'ci_low', 'ci_high', 'accepted_to_date_rate', 'accept_rate_low', 'accept_rate_high', 'rate_withheld_because',
        'reply_rate',
    ] %}
    segments.{{ column }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
