{#- The dimensions that an assistant may ask for, those first of which most is asked: where two segments are nearly the same, the
    later one is withheld. None describes a person, nor a sender by gender, which is a named colleague's. -#}
{% macro told_dimensions() -%}
    {%- set may_be_told = dimensions() | rejectattr('sensitive', 'defined') | rejectattr('name', 'equalto', 'account_gender') | list -%}
    {%- set first, last = ['account', 'campaign', 'source', 'icp'], ['list', 'batch', 'source_list'] -%}
    {{ return(
        (may_be_told | selectattr('name', 'in', first) | list)
        + (may_be_told | rejectattr('name', 'in', first + last) | list)
        + (may_be_told | selectattr('name', 'in', last) | list)
    ) }}
{%- endmacro %}

{#- told_place('dimension') -> its place among them. -#}
{% macro told_place(dimension) -%}
    case {{ dimension }}
        {%- for entry in told_dimensions() %} when '{{ entry.name }}' then {{ loop.index }}{% endfor %} end
{%- endmacro %}

{#- Where every label is our own word or the operator's: words of the catalogue, seeds of this project, the account file.
    Whatever else comes over the API may have been written by a lead, and may address whoever reads it. -#}
{% macro dimensions_in_own_words() -%}
    {%- set seeds = ['lead_sources', 'icp_roles', 'company_regions', 'company_industries'] -%}
    {%- set found = [] -%}
    {%- for entry in told_dimensions() if entry.labels is defined and entry.labels[0] in seeds
        or entry.labels is not defined and entry.words is defined -%}
        {%- do found.append(entry) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{#- told_key('segment', 'own_label', 'dimension'): the segment where its name is an own word, or a number that HeyReach or the
    importer gave; else eight letters of a hash, the same in every answer. And told_as: what it is called with that. -#}
{% macro told_key(segment, own_label, dimension) -%}
    case
        when {{ own_label }} is not null
            or ({{ dimension }} in ('account', 'campaign', 'list', 'company_list', 'batch', 'import', 'company_size')
                and regexp_matches({{ segment }}, '^[0-9][0-9+/:-]{0,39}$'))
            then {{ segment }}
        else left({{ text_hash(dimension ~ " || '|' || " ~ segment) }}, 8)
    end
{%- endmacro %}

{% macro told_as(key, own_label, dimension) -%}
    coalesce({{ own_label }}, coalesce({{ dimension_words(dimension, inside=true) }}, {{ dimension }}) || ' ' || {{ key }})
{%- endmacro %}
