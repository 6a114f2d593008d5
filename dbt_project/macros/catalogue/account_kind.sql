{#- Whether a real person or an AI persona sends, whatever product runs it; NULL where there is no account. -#}
{% macro account_kind(account_type) -%}
    case
        when {{ account_type }} = 'real_personal' then 'real'
        when {{ account_type }} like 'ai_%' then 'ai'
        when {{ account_type }} is not null then 'unknown'
    end
{%- endmacro %}
