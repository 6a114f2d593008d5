{#- What the models over all workspaces of an agency judge by. They see no settings: each workspace has its own. -#}

{#- What the lake has of breakdowns: the dimensions of which every segment has the same name in every workspace. -#}
{% macro shared_dimensions() -%}
    {{ return(dimensions() | selectattr('shared', 'defined') | list) }}
{%- endmacro %}

{#- Read so many hours before the one read last, a workspace is behind the others: a night was missed, and the morning after. -#}
{% macro stale_after_hours() -%}
    36
{%- endmacro %}

{#- With fewer clients how much clients differ can't be told, and so nothing of the next one. -#}
{% macro fewest_clients() -%}
    3
{%- endmacro %}

{#- A benchmark of fewer would tell too much of each. -#}
{% macro fewest_clients_of_a_benchmark() -%}
    6
{%- endmacro %}

{#- A sender with leads for fewer business days is about to have none. -#}
{% macro few_days_of_leads() -%}
    3
{%- endmacro %}

{#- Of its limit in a week a sender has sent at least this share: there is hardly room. -#}
{% macro share_near_limit() -%}
    0.9e0
{%- endmacro %}
