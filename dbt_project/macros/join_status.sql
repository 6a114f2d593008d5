{#- What a status of HeyReach's means, joined under the name of its seed: one that the seed doesn't list, or none, means what
    the seed's row `unknown` says. -#}
{% macro join_status(seed, status) -%}
    inner join {{ ref(seed) }} as {{ seed }}
        on {{ seed }}.status = case
            when {{ status }} in (select listed.status from {{ ref(seed) }} as listed) then {{ status }} else 'unknown'
        end
{%- endmacro %}
