{#- A pull names the tables it fills: int_campaign_pulls_ordered finds the reads of campaign leads by this name. -#}
{%- set tables = graph.sources.values() | selectattr('source_name', 'equalto', 'heyreach') | map(attribute='name') -%}

select distinct resource
from {{ ref('stg_operations__pulls') }}
where resource not in ('pull'{% for table in tables %}, '{{ table }}'{% endfor %})
