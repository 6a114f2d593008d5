{#- What a segment may ask of a lead: an entry is a key of `rules` in config/outreach.yaml, declared here and nowhere else.

    name           the key; its words are in segment_rule_texts()
    column         the column of heyreach_leads that it looks at
    by             value: the column is one of the list; words: one of the list stands in it as whole words; parts: the column holds
                   several, and one of them is in the list -#}
{% macro segment_rules() -%}
    {{ return([
        {'name': 'titles', 'column': 'title', 'by': 'words'},
        {'name': 'departments', 'column': 'title', 'by': 'words'},
        {'name': 'seniorities', 'column': 'lead_seniority', 'by': 'value'},
        {'name': 'icps', 'column': 'icp', 'by': 'value'},
        {'name': 'companies', 'column': 'company_name', 'by': 'words'},
        {'name': 'industries', 'column': 'company_industry', 'by': 'value'},
        {'name': 'regions', 'column': 'company_region', 'by': 'value'},
        {'name': 'company_sizes', 'column': 'company_size', 'by': 'value'},
        {'name': 'sources', 'column': 'source', 'by': 'value'},
        {'name': 'source_lists', 'column': 'source_list', 'by': 'value'},
        {'name': 'keywords', 'column': 'keywords', 'by': 'parts'},
        {'name': 'technologies', 'column': 'technologies', 'by': 'parts'},
    ]) }}
{%- endmacro %}

{#- Whoever is in no segment is counted under this name, which no segment may have. -#}
{% macro no_segment() -%}
    {{ return('none') }}
{%- endmacro %}

{#- Tag -> the columns of heyreach_leads that its words are sought in; of one whose column must be one of the words, just that. The fifth,
    engagement_potential, is told by points. -#}
{% macro prospect_tags() -%}
    {{ return({
        'industry': {'column': 'company_industry'},
        'role': {'columns': ['title', "replace(icp, '_', ' ')"]},
        'location': {'column': 'company_region'},
        'relevance': {'columns': ['title', 'headline', 'keywords', 'technologies']},
    }) }}
{%- endmacro %}

{#- Level of engagement potential -> the points from which on it is that one, the highest first; below all of them it is low. -#}
{% macro engagement_levels() -%}
    {{ return({'high': 50, 'medium': 25}) }}
{%- endmacro %}

{#- What prospects have points for, in groups of a hundred: the three parts of a priority, and engagement potential. An entry is a fact in
    a group, with the points that count where config/outreach.yaml leaves its line out. A share of a number gives that share of its
    points. -#}
{% macro prospect_points() -%}
    {{ return([
        {'group': 'fit', 'name': 'role', 'points': 35},
        {'group': 'fit', 'name': 'relevance', 'points': 20},
        {'group': 'fit', 'name': 'industry', 'points': 15},
        {'group': 'fit', 'name': 'location', 'points': 10},
        {'group': 'fit', 'name': 'lead_score', 'points': 20},
        {'group': 'referral_capacity', 'name': 'seniority', 'points': 40},
        {'group': 'referral_capacity', 'name': 'colleagues', 'points': 25},
        {'group': 'referral_capacity', 'name': 'followers', 'points': 15},
        {'group': 'referral_capacity', 'name': 'connected', 'points': 10},
        {'group': 'referral_capacity', 'name': 'replied', 'points': 10},
        {'group': 'signal_strength', 'name': 'intent', 'points': 40},
        {'group': 'signal_strength', 'name': 'posted', 'points': 20},
        {'group': 'signal_strength', 'name': 'visited', 'points': 15},
        {'group': 'signal_strength', 'name': 'company_news', 'points': 10},
        {'group': 'signal_strength', 'name': 'enrichment_score', 'points': 15},
        {'group': 'engagement_potential', 'name': 'posted', 'points': 25},
        {'group': 'engagement_potential', 'name': 'followers', 'points': 15},
        {'group': 'engagement_potential', 'name': 'connected', 'points': 25},
        {'group': 'engagement_potential', 'name': 'replied', 'points': 25},
        {'group': 'engagement_potential', 'name': 'visited', 'points': 10},
    ]) }}
{%- endmacro %}

{#- The facts among them that are shares: name -> (what there is, of how much), columns of prospect_points__facts. -#}
{% macro prospect_shares() -%}
    {{ return({
        'lead_score': ('lead_score', '100'),
        'intent': ('intent_score', '100'),
        'enrichment_score': ('signals_found', 'signals_asked'),
    }) }}
{%- endmacro %}

{#- Part of a priority -> its weight. -#}
{% macro priority_weights() -%}
    {{ return({'fit': 40, 'referral_capacity': 30, 'signal_strength': 30}) }}
{%- endmacro %}

{#- Numbers of config/outreach.yaml: where they stand, what they are where they are left out (none: nothing), and between what they may
    lie. -#}
{% macro outreach_numbers() -%}
    {{ return([
        {'in': 'priorities', 'name': 'minimum_fit', 'default': 70, 'from': 0, 'to': 100},
        {'in': 'priorities', 'name': 'minimum_referral_capacity', 'default': 60, 'from': 0, 'to': 100},
        {'in': 'priorities', 'name': 'limit', 'default': 50, 'from': 1, 'to': 1000},
        {'in': 'facts', 'name': 'posted_within_days', 'default': 30, 'from': 1, 'to': 3650},
        {'in': 'facts', 'name': 'heard_within_days', 'default': 90, 'from': 1, 'to': 3650},
        {'in': 'facts', 'name': 'followers_from', 'default': 500, 'from': 1, 'to': 100000000},
        {'in': 'cadence', 'name': 'requests_a_week', 'default': none, 'from': 1, 'to': 100000},
        {'in': 'cadence', 'name': 'young_sender_requests_a_day', 'default': 10, 'from': 0, 'to': 1000},
        {'in': 'cadence', 'name': 'follow_up_after_days', 'default': 3, 'from': 1, 'to': 60},
        {'in': 'targets', 'name': 'reply_rate_percent', 'default': 15, 'from': 0, 'to': 100},
        {'in': 'targets', 'name': 'good_reply_rate_percent', 'default': 20, 'from': 0, 'to': 100},
        {'in': 'targets', 'name': 'meeting_rate_percent', 'default': 5, 'from': 0, 'to': 100},
        {'in': 'targets', 'name': 'good_meeting_rate_percent', 'default': 10, 'from': 0, 'to': 100},
    ]) }}
{%- endmacro %}

{#- How the file of an import begins that hands over a plan, before the plan's key. -#}
{% macro plan_file_prefix() -%}
    {{ return('plan-') }}
{%- endmacro %}

{#- Seniorities whose people count as able to refer, where nothing else is said. -#}
{% macro referring_seniorities() -%}
    {{ return(['exec', 'senior']) }}
{%- endmacro %}
