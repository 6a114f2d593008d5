{#- dimension_words('account') -> 'Sender': how a sentence calls what a segment is a value of. -#}
{% macro dimension_words(dimension) -%}
    {%- set words = {
        'account': 'Sender', 'account_type': 'Sender type', 'account_kind': 'Senders:', 'icp': 'ICP',
        'company_size': 'Company size', 'source_list': 'Source list',
    } -%}
    case {{ dimension }}
        {%- for entry in loss_dimensions() %}
        when '{{ entry }}' then '{{ words.get(entry, entry | capitalize) }}'
        {%- endfor %}
    end
{%- endmacro %}
