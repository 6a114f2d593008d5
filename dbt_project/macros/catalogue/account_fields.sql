{#- What config/heyreach_accounts.yaml says of a sender beside its label and type, as columns of heyreach_accounts: `unknown`
    where it says nothing, and only with all of them a sender is described whole. extract/heyreach/accounts.py declares how
    each is written and checked, and a test holds both lists equal. -#}
{% macro account_fields() -%}
    {{ return(['gender', 'job_title', 'seniority', 'industry', 'location']) }}
{%- endmacro %}
