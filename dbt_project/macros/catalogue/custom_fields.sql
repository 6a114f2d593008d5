{#- The custom fields that attribution knows, in lists and imports; everything else stays in the payload. An entry is a field:
    staging reads it, attribution carries it from campaign lead to person, health knows its other spellings, and
    `required_attribution_fields` of config/settings.yaml may name it.

    name          of the custom field, and of its column
    aliases       where its spellings are brought to one: the seed, and the column of that; other values in lower case
    lower         its values are in lower case
    spellings     value -> spellings of it; others count as unknown
    whole_number  lowest and highest; others count as unknown
    else          HeyReach's own fields that say it where no list does: those of a campaign lead, then of a list's -#}
{% macro custom_field_catalogue() -%}
    {{ return([
        {'name': 'source', 'aliases': ('lead_sources', 'source')},
        {'name': 'source_list'},
        {'name': 'keywords'},
        {'name': 'icp', 'aliases': ('icp_roles', 'icp')},
        {'name': 'batch_id'},
        {'name': 'enrichment_level', 'lower': true},
        {'name': 'company_region', 'aliases': ('company_regions', 'region')},
        {
            'name': 'is_employed',
            'spellings': {'employed': ['true', 'yes', '1', 'employed'], 'not_employed': ['false', 'no', '0', 'not_employed']},
        },
        {'name': 'estimated_age', 'whole_number': (16, 100)},
        {'name': 'gender', 'spellings': {'male': ['male', 'm'], 'female': ['female', 'f']}},
        {'name': 'title', 'else': ['position', 'headline']},
        {'name': 'company_name', 'else': ['company_name']},
        {'name': 'company_size'},
        {'name': 'company_industry', 'aliases': ('company_industries', 'industry')},
        {'name': 'phone'},
    ]) }}
{%- endmacro %}

{#- Their names. -#}
{% macro attribution_fields() -%}
    {{ return(custom_field_catalogue() | map(attribute='name') | list) }}
{%- endmacro %}

{#- An entry's value as attribution carries it. `field` is its column as written, and seeds of aliases are joined. -#}
{% macro cleaned_custom_field(entry, field) -%}
    {%- if entry.aliases is defined -%}
    coalesce({{ entry.aliases[0] }}.{{ entry.aliases[1] }}, lower({{ field }}))
    {%- elif entry.lower is defined -%}
    lower({{ field }})
    {%- elif entry.spellings is defined -%}
    case
        {%- for value, spellings in entry.spellings.items() %}
        when lower({{ field }}) in ('{{ spellings | join("', '") }}') then '{{ value }}'
        {%- endfor %}
    end
    {%- elif entry.whole_number is defined -%}
    case
        when try_cast({{ field }} as integer) between {{ entry.whole_number[0] }} and {{ entry.whole_number[1] }}
            then cast(try_cast({{ field }} as integer) as varchar)
    end
    {%- else -%}
    {{ field }}
    {%- endif -%}
{%- endmacro %}

{#- 'icp, batch_id': the fields that the run's settings require (column `required_attribution_fields`) and that a
    row has no value for; NULL where none is missing. -#}
{% macro missing_required_fields() -%}
    nullif(concat_ws(
        ', '
        {%- for field in attribution_fields() %},
        case when {{ field }} is null and ',' || required_attribution_fields || ',' like '%,{{ field }},%' then '{{ field }}' end
        {%- endfor %}
    ), '')
{%- endmacro %}
