{#- What is said of whoever may be asked next (rpt_lead_inbox). -#}

{#- Tier -> what is done about its leads. -#}
{% macro tier_actions() -%}
    {{ return({
        'hot': 'At once, and personally',
        'warm': 'Next in the queue',
        'nurture': 'A slow sequence',
        'cold': 'Only watch it for signals',
    }) }}
{%- endmacro %}

{#- Component of a fit -> how it is said that a lead has it, as `sentence` reads it. -#}
{% macro fit_texts() -%}
    {{ return({
        'industry': '{industry}',
        'company_size': '{size} people',
        'geography': 'in {region}',
        'tech_stack': 'uses {technologies}',
        'complementary_tools': 'uses {tools}, too',
    }) }}
{%- endmacro %}

{#- What speaks for a lead now, by what there is: signals that count, and what fits the profile. -#}
{% macro why_texts() -%}
    {{ return({
        'both': '{signals}; fits: {fits}',
        'signals': '{signals}',
        'fits': 'nothing new is known; fits: {fits}',
        'neither': 'nothing is known that speaks for it',
    }) }}
{%- endmacro %}

{#- Of a lead that was drawn whatever its points: why it stands there, what is done about it, and how many there are, as `sentence`
    reads it. -#}
{% macro exploration_texts() -%}
    {{ return({
        'why': 'asked to keep the score honest: drawn, whatever its points',
        'action': 'Ask it as you usually ask',
        'says': 'Drawn whatever their points, so that every tier stays measured: {leads:count} of the {listed:count} listed.',
    }) }}
{%- endmacro %}

{#- What isn't known of a lead -> the components that it would decide, the field of `enrichment_fields` that tells it, and whether
    services can only be asked for it by the company's domain. -#}
{% macro missing_facts() -%}
    {{ return({
        'company domain': {'components': ['multiple_contacts'], 'field': 'company_domain'},
        'funding': {'components': ['recent_funding'], 'field': 'last_funding_at', 'by_domain': true},
        'hiring': {'components': ['actively_hiring'], 'field': 'job_postings', 'by_domain': true},
        'technologies': {
            'components': ['tech_stack', 'complementary_tools'], 'field': 'technologies', 'by_domain': true,
        },
        'changes of technologies': {'components': ['tech_stack_change'], 'by_domain': true},
        'new leaders': {'components': ['leadership_change']},
        'growth': {'components': ['industry_growth'], 'by_domain': true},
        'industry': {'components': ['industry'], 'field': 'company_industry'},
        'size': {'components': ['company_size'], 'field': 'company_size'},
        'region': {'components': ['geography'], 'field': 'company_region'},
        'e-mail': {'components': ['direct_email'], 'field': 'email', 'by_domain': true},
        'phone': {'components': ['phone'], 'field': 'phone'},
    }) }}
{%- endmacro %}

{#- What not to do about a lead, as it follows on `Don't`, as `sentence` reads it. -#}
{% macro inbox_warnings() -%}
    {{ return({
        'colleague_asked': 'ask before {until}, or from anybody but {sender}, who asked a colleague on {on}',
        'colleague_accepted': 'ask from anybody but {sender}, whom a colleague accepted',
        'colleague_waits': 'ask while colleagues wait in {campaign} ({waiting:count})',
        'expires': 'wait until {on}, when {what} counts no more',
        'failed': 'ask without a look at the profile: a request failed before',
        'taken_out': 'ask without knowing why the lead was taken out of a campaign',
    }) }}
{%- endmacro %}

{#- Ways to reach a lead. -#}
{% macro channel_words() -%}
    {{ return({'linkedin': 'LinkedIn request', 'email': 'e-mail', 'phone': 'phone'}) }}
{%- endmacro %}

{#- By what leads are ordered, and why. -#}
{% macro ranking_texts() -%}
    {{ return({
        'expected_acceptance': 'Ordered by expected acceptance: held against who accepted, this score orders leads.',
        'points': 'Ordered by points: that they order who accepts is not shown yet.',
    }) }}
{%- endmacro %}

{#- What most of the listed leads lack, as far as services tell it, and the command that asks for it. -#}
{% macro ask_first_texts() -%}
    {{ return({
        'says': 'Not known of {leads:count} of the {listed:count} listed: {what}, which decides up to {points:whole} points of each.',
        'command': 'make enrich WITH={integration} LIMIT={leads}',
    }) }}
{%- endmacro %}

{#- So many days before points are gone, it is said of a lead that it can't wait. -#}
{% macro expires_soon_days() -%}
    7
{%- endmacro %}

{#- nameless('VP R&D', 'Ours | GmbH') -> 'VP R D, Ours GmbH': a person where no name is shown, in signs that stand alike wherever it is
    printed, so that `make erase` finds it in old reports. NULL where title or company isn't known: either alone is not one person. -#}
{% macro nameless(title, company) -%}
    {%- set plain = "trim(regexp_replace({}, '[^\\pL\\pN.,/+-]+', ' ', 'g'))" -%}
    nullif({{ plain.format(title) }}, '') || ', ' || nullif({{ plain.format(company) }}, '')
{%- endmacro %}
