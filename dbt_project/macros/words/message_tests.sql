{#- What is said of a test of messages, as `sentence` reads it: by its result, and by what stands in its way. -#}
{% macro message_test_texts() -%}
    {{ return({
        'winner': '{winner} is {succeeds} more than {loser}: by {least} to {most} points',
        'no_difference': 'no difference of {smallest} points or more between {arm} and {other_arm}',
        'changed': 'changed on {ended:minute}[ after {requests:count} {units}]: what was written down then is a test of its own',
        'unequal': 'lots did not share {arm} and {other_arm} out as planned: nothing can be said of them',
        'unequal_since': '; but lots did not share them out as planned, so that it may be who got which',
        'ended': 'all {planned:count} {units} of each text are old enough, and leave it open: between {low} and {high} points',
        'unbegun': 'begins when both texts have been sent, and needs {planned:count} {units} of each',
        'not_yet': 'look {looks} of {all_looks}: not yet. {missing:count} more {units} of each text have to become old enough'
            ~ '[, at this pace by {judge_by}]',
        'sequence_changed': '[; by {sequence_changed:minute} the campaign had another sequence: what it sent since counts no more]',
        'undated': '[; {undated:count} replies are not dated well enough, and count both ways]',
    }) }}
{%- endmacro %}
