{#- What is said of segments and of prospects. -#}

{#- Rule of a segment -> how it is said that a lead keeps it, as `sentence` reads it. -#}
{% macro segment_rule_texts() -%}
    {{ return({
        'anyone': 'everybody who is in no segment before',
        'titles': 'the title has "{matched}"',
        'departments': 'the title names "{matched}"',
        'seniorities': 'seniority is {matched}',
        'icps': 'ICP is {matched}',
        'companies': 'the company\'s name has "{matched}"',
        'industries': 'industry is {matched}',
        'regions': 'region is {matched}',
        'company_sizes': 'company size is {matched}',
        'sources': 'source is {matched}',
        'source_lists': 'source list is {matched}',
        'keywords': 'keywords have "{matched}"',
        'technologies': 'uses {matched}',
    }) }}
{%- endmacro %}

{#- Where nobody is in a segment: what the rest is called. -#}
{% macro no_segment_text() -%}
    {{ return('In no segment') }}
{%- endmacro %}

{#- What gives a prospect points -> how it is said that it does, as `sentence` reads it, and what it is called where it isn't known. -#}
{% macro prospect_texts() -%}
    {{ return({
        'role': {'has': 'role {role}', 'missing': 'title'},
        'relevance': {'has': 'relevance {relevance}', 'missing': 'title'},
        'industry': {'has': 'industry {industry}', 'missing': 'industry'},
        'location': {'has': 'in {location}', 'missing': 'region'},
        'lead_score': {'has': 'lead score {lead_score}', 'missing': 'lead score'},
        'seniority': {'has': '{seniority} level', 'missing': 'title'},
        'colleagues': {'has': 'colleagues are leads, too', 'missing': 'company domain'},
        'followers': {'has': '{followers:count} followers', 'missing': 'followers'},
        'connected': {'has': 'connected with a sender'},
        'replied': {'has': 'replied before'},
        'intent': {'has': 'intent {intent_score} of 100', 'missing': 'lead score'},
        'posted': {'has': 'posted on {posted_on}', 'missing': 'posts'},
        'visited': {'has': 'visited or downloaded something'},
        'company_news': {'has': 'news of the company'},
        'enrichment_score': {'has': '{signals_found} of {signals_asked} facts found', 'missing': 'enrichment score'},
    }) }}
{%- endmacro %}

{#- Where nothing speaks for a prospect. -#}
{% macro no_reason_text() -%}
    {{ return('nothing is known that speaks for it') }}
{%- endmacro %}
