{#- What leads and requests are broken down by: an entry is a dimension, declared here and nowhere else.

    name           what the column `dimension` says
    of             what it describes: lead, sender or campaign. What describes a sender differs only between senders, and is
                   compared as such: widened by their scatter, and not at all under three of them.
    column         its column in fnd_period_facts
    from           where that column is read: a column of `leads` (heyreach_leads), of `scores` (lead_scores_at_send, by the default
                   profile) or `accounts` (heyreach_accounts), whose industry
                   is brought to its spelling by `industries` (company_industries). Without it, the column of
                   heyreach_connections, as it was when the request went out;
    of_person      and the column of heyreach_leads that says it of people, where that has another name.
    several        the column that holds several segments of one fact, each of which it counts under; `from` is then that column's
    missing        the segment of facts that have none
    label          how a sentence begins that names a segment
    labels         where segments find their labels: model, column of the segment, column of the label
    words          labels of segments that stand in no table
    shared         its segments, as far as `labels` or `words` know them, are our words, the same in every workspace: they may be
                   compared over all workspaces of an agency. Never what somebody typed, nor what describes a person
    sensitive      describes a person: shown and never compared, and cells of few people are suppressed
    loss           its place among the dimensions in which a loss is looked for. Segments that hold the same requests are named
                   by the first: what an operator chose, then what leads are, then who sends. Never what describes a
                   person, nor a sender beside its type; real people are never named against AI personas: that would be
                   advice to use more of these.
    recommendable  leads may be recommended to a sender by it
    decomposed     a change against the period before is decomposed by it
    printed        its place among the report's "More breakdowns"; what has a section of its own has none -#}
{% macro dimensions() -%}
    {%- set genders = {'female': 'Female', 'male': 'Male'} -%}
    {%- set seniorities = {'exec': 'Executive', 'senior': 'Senior', 'mid': 'Mid', 'junior': 'Junior'} -%}
    {{ return([
        {
            'name': 'source', 'of': 'lead', 'shared': true, 'column': 'source', 'missing': 'unknown', 'label': 'Source',
            'labels': ('lead_sources', 'source', 'label'), 'loss': 40, 'recommendable': true, 'decomposed': true,
        },
        {
            'name': 'source_list', 'of': 'lead', 'column': 'source_list', 'missing': 'unknown', 'label': 'Source list',
            'loss': 20, 'recommendable': true,
        },
        {
            'name': 'batch', 'of': 'lead', 'column': 'batch_id', 'missing': 'unknown', 'label': 'Batch',
            'loss': 50, 'printed': 90,
        },
        {
            'name': 'icp', 'of': 'lead', 'shared': true, 'column': 'icp', 'missing': 'unknown', 'label': 'ICP',
            'labels': ('icp_roles', 'icp', 'label'), 'loss': 60, 'recommendable': true,
        },
        {
            'name': 'keyword', 'of': 'lead', 'column': 'keyword', 'several': 'keywords', 'label': 'Keyword', 'loss': 70,
        },
        {
            'name': 'region', 'of': 'lead', 'shared': true, 'column': 'company_region', 'missing': 'unknown', 'label': 'Region',
            'labels': ('company_regions', 'region', 'label'), 'loss': 110, 'recommendable': true, 'printed': 10,
        },
        {
            'name': 'company_size', 'of': 'lead', 'shared': true, 'column': 'company_size', 'from': 'leads.company_size',
            'missing': 'unknown', 'label': 'Company size', 'labels': ('company_size_brackets', 'company_size', 'company_size'),
            'loss': 100, 'recommendable': true, 'printed': 20,
        },
        {
            'name': 'industry', 'of': 'lead', 'shared': true, 'column': 'company_industry', 'from': 'leads.company_industry',
            'missing': 'unknown', 'label': 'Industry', 'labels': ('company_industries', 'industry', 'label'),
            'loss': 80, 'recommendable': true, 'printed': 30,
        },
        {
            'name': 'company_list', 'of': 'lead', 'column': 'company_list_id', 'several': 'company_list_ids',
            'from': 'leads.company_list_ids', 'label': 'Company list',
            'labels': ('heyreach_company_lists', 'list_id', 'list_name'), 'printed': 32,
        },
        {
            'name': 'tech_stack', 'of': 'lead', 'column': 'technology', 'several': 'technologies', 'from': 'leads.technologies',
            'label': 'Technology', 'printed': 34,
        },
        {
            'name': 'funding_stage', 'of': 'lead', 'shared': true, 'column': 'funding_stage', 'from': 'leads.funding_stage',
            'missing': 'unknown', 'label': 'Funding stage', 'words': funding_stages(), 'printed': 36,
        },
        {
            'name': 'tier', 'of': 'lead', 'shared': true, 'column': 'lead_tier', 'from': 'scores.tier', 'missing': 'unknown',
            'label': 'Tier', 'words': {'hot': 'Hot', 'warm': 'Warm', 'nurture': 'Nurture', 'cold': 'Cold'},
        },
        {
            'name': 'enrichment_level', 'of': 'lead', 'shared': true, 'column': 'enrichment_level', 'missing': 'unknown',
            'label': 'Enrichment level', 'words': {'raw': 'Raw', 'enriched': 'Enriched'}, 'printed': 38,
        },
        {
            'name': 'seniority', 'of': 'lead', 'shared': true, 'column': 'lead_seniority', 'from': 'leads.lead_seniority',
            'missing': 'unknown', 'label': 'Seniority', 'words': seniorities, 'loss': 90, 'recommendable': true, 'printed': 40,
        },
        {
            'name': 'employment', 'of': 'lead', 'column': 'employment', 'from': 'leads.is_employed',
            'missing': 'unknown', 'label': 'Employment', 'words': {'employed': 'Employed', 'not_employed': 'Not employed'},
            'sensitive': true, 'printed': 50,
        },
        {
            'name': 'age_bracket', 'of': 'lead', 'column': 'age_bracket', 'from': 'leads.age_bracket',
            'missing': 'unknown', 'label': 'Age bracket', 'sensitive': true, 'printed': 60,
        },
        {
            'name': 'lead_gender', 'of': 'lead', 'column': 'lead_gender', 'from': 'leads.gender',
            'missing': 'unknown', 'label': 'Lead gender', 'words': genders, 'sensitive': true, 'printed': 70,
        },
        {
            'name': 'account', 'of': 'sender', 'column': 'account_id', 'of_person': 'first_account_id',
            'missing': 'unassigned', 'label': 'Sender', 'labels': ('heyreach_accounts', 'account_id', 'label'),
            'loss': 140, 'decomposed': true,
        },
        {
            'name': 'account_type', 'of': 'sender', 'column': 'account_type', 'from': 'accounts.account_type',
            'missing': 'unassigned', 'label': 'Sender type', 'loss': 130,
            'words': {'real_personal': 'Real person', 'ai_mirror_saas': 'AI (Mirror)', 'ai_aimfox_saas': 'AI (AimFox)'},
        },
        {
            'name': 'account_kind', 'of': 'sender', 'shared': true, 'column': 'account_kind',
            'from': account_kind('accounts.account_type'), 'missing': 'unassigned', 'label': 'Senders:',
            'words': {'real': 'Real people', 'ai': 'AI personas'}, 'loss': 120,
        },
        {
            'name': 'account_gender', 'of': 'sender', 'column': 'account_gender', 'from': 'accounts.gender',
            'missing': 'unassigned', 'label': 'Sender gender', 'words': {'female': 'Female', 'male': 'Male', 'neutral': 'Neutral'},
        },
        {
            'name': 'account_job_title', 'of': 'sender', 'column': 'account_job_title', 'from': 'accounts.job_title',
            'missing': 'unassigned', 'label': 'Sender job title',
        },
        {
            'name': 'account_seniority', 'of': 'sender', 'shared': true, 'column': 'account_seniority', 'from': 'accounts.seniority',
            'missing': 'unassigned', 'label': 'Sender seniority', 'words': seniorities,
        },
        {
            'name': 'account_industry', 'of': 'sender', 'column': 'account_industry',
            'from': 'coalesce(industries.industry, lower(trim(accounts.industry)))', 'missing': 'unassigned',
            'label': 'Sender industry', 'labels': ('company_industries', 'industry', 'label'), 'printed': 100,
        },
        {
            'name': 'account_location', 'of': 'sender', 'column': 'account_location', 'from': 'accounts.location',
            'missing': 'unassigned', 'label': 'Sender location', 'printed': 110,
        },
        {
            'name': 'campaign', 'of': 'campaign', 'column': 'campaign_id', 'of_person': 'first_campaign_id',
            'missing': 'not_in_a_campaign', 'label': 'Campaign', 'labels': ('heyreach_campaigns', 'campaign_id', 'campaign_name'),
            'loss': 30,
        },
        {
            'name': 'list', 'of': 'campaign', 'column': 'list_id', 'of_person': 'first_list_id',
            'missing': 'no_list', 'label': 'List', 'labels': ('stg_heyreach__lists', 'list_id', 'list_name'),
            'loss': 10, 'printed': 80,
        },
    ]) }}
{%- endmacro %}

{#- What the segments that stand for a missing value are called. -#}
{% macro missing_segments() -%}
    {{ return({
        'unknown': 'Unknown', 'unassigned': 'No sender assigned', 'not_in_a_campaign': 'Not in a campaign', 'no_list': 'No list',
    }) }}
{%- endmacro %}

{#- The dimensions of which every fact is in one segment, so that these add up. -#}
{% macro exclusive_dimensions() -%}
    {{ return(dimensions() | rejectattr('several', 'defined') | list) }}
{%- endmacro %}

{#- facts_by(entry, 'facts'): facts with the column of an entry, under the name of `named`. Who is in several segments is there
    once for each. -#}
{% macro facts_by(entry, facts, named='each_fact') -%}
    {%- if entry.several is defined -%}
    (
        select *, unnest({{ split_keywords(entry.several) }}) as {{ entry.column }}
        from {{ facts }} where {{ entry.several }} is not null
    ) as {{ named }}
    {%- else -%} {{ facts }} as {{ named }}
    {%- endif -%}
{%- endmacro %}

{#- The segment of a fact in the dimension of an entry, as an expression of its column. -#}
{% macro segment_of(entry) -%}
    {%- if entry.missing is defined -%} coalesce({{ entry.column }}, '{{ entry.missing }}')
    {%- else -%} {{ entry.column }}
    {%- endif -%}
{%- endmacro %}

{#- What is crossed: pairs of entries, the rows and the columns of a table. -#}
{% macro crossed_dimensions() -%}
    {%- set entries = {} -%}
    {%- for entry in dimensions() %}{% set _ = entries.update({entry.name: entry}) %}{% endfor -%}
    {{ return([(entries.source, entries.icp), (entries.account, entries.icp)]) }}
{%- endmacro %}

{#- What describes a person, to be suppressed where there are few. -#}
{% macro sensitive_dimensions() -%}
    {{ return(dimensions() | selectattr('sensitive', 'defined') | list) }}
{%- endmacro %}

{#- What describes senders, beside which sender it is. -#}
{% macro sender_attributes() -%}
    {{ return(dimensions() | selectattr('of', 'equalto', 'sender') | rejectattr('name', 'equalto', 'account') | list) }}
{%- endmacro %}

{#- The dimensions in which a loss is looked for, in the order in which the same requests are named. -#}
{% macro loss_dimensions() -%}
    {{ return(dimensions() | selectattr('loss', 'defined') | sort(attribute='loss') | list) }}
{%- endmacro %}

{#- The same that say who sends; the others say what was sent to whom. -#}
{% macro sender_loss_dimensions() -%}
    {{ return(exclusive_dimensions() | selectattr('of', 'equalto', 'sender') | selectattr('loss', 'defined') | list) }}
{%- endmacro %}

{#- And of these, what describes senders. -#}
{% macro sender_loss_attributes() -%}
    {{ return(sender_attributes() | selectattr('loss', 'defined') | list) }}
{%- endmacro %}

{#- What the report prints beside its numbered sections, in its order. -#}
{% macro printed_dimensions() -%}
    {{ return(dimensions() | selectattr('printed', 'defined') | sort(attribute='printed') | list) }}
{%- endmacro %}

{#- names_in(sensitive_dimensions()) -> ('employment', 'age_bracket'): the names of entries, for SQL's `in`. -#}
{% macro names_in(entries) -%}
    ('{{ entries | map(attribute='name') | join("', '") }}')
{%- endmacro %}

{#- dimension_words('dimension') -> 'Sender': how a sentence calls what a segment is a value of; `among` these entries only, and in
    small letters `inside` it, but for ICP. -#}
{% macro dimension_words(dimension, among=none, inside=false) -%}
    case {{ dimension }}
        {%- for entry in among or dimensions() %}
        {%- set is_lower = inside and entry.label | upper != entry.label %}
        when '{{ entry.name }}' then {{ 'lower(' if is_lower }}'{{ entry.label }}'{{ ')' if is_lower }}
        {%- endfor %}
    end
{%- endmacro %}

{#- Funding stage -> what it is called. Profiles of ideal customers may name these (config/icp_profiles.yaml). -#}
{% macro funding_stages() -%}
    {{ return({
        'angel': 'Angel', 'pre_seed': 'Pre-seed', 'seed': 'Seed', 'series_a': 'Series A', 'series_b': 'Series B',
        'series_c': 'Series C', 'series_d': 'Series D', 'series_e': 'Series E', 'private_equity': 'Private equity',
        'debt_financing': 'Debt', 'grant': 'Grant', 'post_ipo_equity': 'After going public',
    }) }}
{%- endmacro %}
