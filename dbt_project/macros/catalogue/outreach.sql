{#- By what outreach is counted. An entry is a dimension of rpt_outreach_metrics:

    from    the value, of `requests`; where `of_texts`, of `texts`: one for each step's text, so that it adds up within a step
    label   what a reader calls it -#}
{% macro outreach_dimensions() -%}
    {{ return([
        {'name': 'all', 'from': "if(requests.segment is null, 'not_by_segment', 'all')", 'label': 'All'},
        {'name': 'segment', 'from': 'requests.segment', 'label': 'Segment'},
        {'name': 'sequence', 'from': "coalesce(requests.sequence, 'unknown')", 'label': 'Sequence'},
        {'name': 'step', 'from': 'requests.reply_step', 'label': 'Step'},
        {'name': 'variant', 'from': 'texts.variant_version', 'of_texts': true, 'label': 'Variant'},
        {'name': 'format', 'from': 'texts.format', 'of_texts': true, 'label': 'Format'},
        {'name': 'angle', 'from': 'texts.angle', 'of_texts': true, 'label': 'Angle'},
        {'name': 'sender', 'from': "coalesce(requests.account_id, 'unassigned')", 'label': 'Sender'},
        {'name': 'week', 'from': "coalesce(cast(requests.sent_week as varchar), 'undated')", 'label': 'Week'},
    ]) }}
{%- endmacro %}

{#- What is learnt of texts: those of them that are by text. -#}
{% macro outreach_text_dimensions() -%}
    {{ return(outreach_dimensions() | selectattr('of_texts', 'defined') | list) }}
{%- endmacro %}

{#- Days after the acceptance within which a reply counts in a rate; a message test may have its own. -#}
{% macro reply_window_days() -%}
    14
{%- endmacro %}

{#- The same of a meeting that was booked. -#}
{% macro meeting_window_days() -%}
    30
{%- endmacro %}

{#- With which chance to be the best a text is favoured that no lots were drawn for. -#}
{% macro favored_from() -%}
    0.95
{%- endmacro %}

{#- The step of a first reply, where there is none: with it, steps add up to all requests. -#}
{% macro no_reply() -%}
    {{ return('no_reply') }}
{%- endmacro %}
