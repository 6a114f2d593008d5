{{ config(materialized='ephemeral') }}

{#- Labels that no lead can have written: this project's own words, its seeds, which the operator edits, and the operator's
    account file. -#}

select
    dimension,
    segment,
    segment_label as own_label
from {{ ref('fnd_segments_labeled') }}
where dimension in {{ names_in(dimensions_in_own_words()) }}
    or segment in ('{{ missing_segments() | join("', '") }}')
union
select
    'account' as dimension,
    account_id as segment,
    label as own_label
from {{ ref('heyreach_accounts') }}
where configuration_status in ('configured', 'configured_not_listed')
{%- for entry in sender_attributes() if entry.words is not defined and entry.name != 'account_industry' %}
union
select distinct
    '{{ entry.name }}' as dimension,
    {{ entry.from | replace('accounts.', '') }} as segment,
    {{ entry.from | replace('accounts.', '') }} as own_label
from {{ ref('heyreach_accounts') }}
where {{ entry.from | replace('accounts.', '') }} not in ('{{ missing_segments() | join("', '") }}')
{%- endfor %}
