{#- The dimensions in which a loss is looked for, in the order in which segments that hold the same requests are
    named: first what an operator chose, then what leads are, then who sends. Lead gender, age and employment are never
    among them, nor what describes an
    account beside its type. Real people are never named against AI personas: that would be advice to use more of these. -#}
{% macro loss_dimensions() -%}
    {{ return([
        'list', 'source_list', 'campaign', 'source', 'batch', 'icp', 'keyword', 'industry', 'seniority', 'company_size',
        'region', 'account_kind', 'account_type', 'account',
    ]) }}
{%- endmacro %}
