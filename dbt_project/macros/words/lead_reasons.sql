{#- Why somebody stands behind a line of rpt_bottlenecks, as `sentence` reads it. -#}
{% macro lead_reasons() -%}
    {{ return({
        'waiting': 'waits in {campaign}[ since {since:minute}]',
        'waiting_long': 'waits in {campaign}, longer than {sender} gets to within a week',
        'open_long': 'was asked by {open_since:minute} and has not answered',
        'accepted': 'was asked[ on {sent:minute}] and accepted within {window} days',
        'not_accepted': 'was asked[ on {sent:minute}] and did not accept within {window} days',
        'unattributed': 'lacks {fields}',
        'never_arrived': 'row {row} of import {import} never arrived in HeyReach',
        'arrived_in_part': 'row {row} of import {import} stands in HeyReach without {fields}',
        'no_link_in_file': 'row {row} of import {import} has no usable profile link',
        'no_link_in_list': 'has no usable profile link in list {list}',
        'repeated_in_file': 'row {row} of import {import} was left out: {why}',
        'repeated_in_list': 'stands in batch {batch} once more',
        'in_campaign_before': 'was in another campaign before {campaign}',
    }) }}
{%- endmacro %}

{% macro lead_reason(name, facts) -%}
    {{ sentence(lead_reasons()[name], facts) }} as why
{%- endmacro %}
