{#- What moves a lead's chance to be accepted, in this order: columns of fnd_losing_leads and fnd_connections_described. -#}
{% macro chance_factors() -%}
    {{ return(['losing_segment', 'list_id', 'account_id', 'source', 'icp', 'lead_seniority']) }}
{%- endmacro %}

{#- Nobody is sure to accept. -#}
{% macro highest_chance() -%}
    0.95
{%- endmacro %}

{#- The shares and doubts of `factors` for rows of `leads`, as columns <factor>_share and <factor>_doubt: from join_chance_shares. -#}
{% macro chance_shares(factors) -%}
    {%- for factor in factors %}
    coalesce({{ factor }}_known.share, {{ factor }}_unknown.share) as {{ factor }}_share,
    coalesce({{ factor }}_known.doubt, {{ factor }}_unknown.doubt) as {{ factor }}_doubt{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{% macro join_chance_shares(leads, factors) -%}
    {%- set shares = ref('fnd_chance_shares') -%}
    {%- for factor in factors %}
    inner join {{ shares }} as {{ factor }}_unknown on {{ factor }}_unknown.factor = '{{ factor }}' and {{ factor }}_unknown.level is null
    left join {{ shares }} as {{ factor }}_known
        on {{ factor }}_known.factor = '{{ factor }}' and {{ leads }}.{{ factor }} = {{ factor }}_known.level
    {%- endfor %}
{%- endmacro %}

{#- The chance that a request is accepted, of the rate of all and the shares above. -#}
{% macro chance_of_shares(rate_of_all, factors) -%}
    least({{ rate_of_all }}{% for factor in factors %} * {{ factor }}_share{% endfor %}, {{ highest_chance() }})
{%- endmacro %}
