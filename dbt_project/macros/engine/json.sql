{#- text_or_null(' x ') -> 'x'; blanks give NULL. -#}
{% macro text_or_null(text) -%}
    nullif(trim({{ text }}), '')
{%- endmacro %}

{#- collapsed(' Zoom<NBSP> Info<TAB>') -> 'Zoom Info': white space of any kind (tabs, line breaks, Unicode's separators and
    blank letters, control characters) is one blank, marks without width are none, and the ends are trimmed. -#}
{% macro collapsed(text) -%}
    case
        when regexp_matches({{ text }}, '[^ -~]|  ')
            then trim(regexp_replace(
                regexp_replace(
                    {{ text }},
                    '[\x{00AD}\x{061C}\x{180E}\x{200B}\x{200E}\x{200F}\x{202A}-\x{202E}\x{2060}-\x{206F}\x{FE00}-\x{FE0F}\x{FEFF}]',
                    '',
                    'g'
                ),
                '[\x{00}-\x{20}\x{7F}-\x{A0}\pZ\x{115F}\x{1160}\x{2800}\x{3164}\x{FFA0}]+', ' ', 'g'
            ))
        else trim({{ text }})
    end
{%- endmacro %}

{#- known_text('record.position') -> the text that a person or tool wrote, collapsed; NULL where it stands for nothing: blank,
    a word of the seed `placeholders`, or a merge tag that nobody filled (first_name in one or two pairs of braces, ${x}, %x%, <x>,
    [[x]], *|X|*). For codes and ids text_or_null: `None` is a status. The values of `custom_fields` are collapsed already.
    The words are an array: `in (select ...)` would be a join for every field, which takes longer to plan than a small
    workspace to read. -#}
{% macro known_text(text, is_collapsed=false) -%}
    {%- set text = text if is_collapsed else collapsed(text) -%}
    case
        when list_contains(
            array(select placeholders.placeholder from {{ ref('placeholders') }} as placeholders), lower({{ text }})
        ) then null
        when regexp_matches(
            {{ text }},
            '^([$]?[{][^{}]*[}]|[{][{][^{}]*[}][}]|%%?[^%]+%%?|<+[^<>]*>+|\[\[[^\[\]]*\]\]|[*][|].*[|][*])$'
        ) then null
        else nullif({{ text }}, '')
    end
{%- endmacro %}

{#- payload_text('profileUrl') -> the field as text; JSON null, an absent field and blanks give NULL.
    payload_text('linkedInUserProfile.profileUrl') reaches into an object. -#}
{% macro payload_text(path, payload='payload') -%}
    {{ text_or_null(payload ~ " ->> '$." ~ path ~ "'") }}
{%- endmacro %}

{#- payload_texts(['lead.id', 'leadId']) -> the texts that stand in these places, in their order, read in one pass; blanks and
    what isn't there are left out. -#}
{% macro payload_texts(paths, payload='payload') -%}
    list_transform(
        list_filter(
            json_extract_string({{ payload }}, ['$.{{ paths | join("', '$.") }}']),
            lambda text: trim(text) <> ''
        ),
        lambda text: trim(text)
    )
{%- endmacro %}

{#- first_payload_text(['event_type', 'eventType']) -> the first of them that is there; NULL without any. -#}
{% macro first_payload_text(paths, payload='payload') -%}
    {{ payload_texts(paths, payload) }}[1]
{%- endmacro %}

{#- first_json(['detail', 'signal_data']) -> the first of them that is there and not null, as JSON. -#}
{% macro first_json(paths, payload='payload') -%}
    coalesce(
        {%- for path in paths %}
        case when json_type({{ payload }}, '$.{{ path }}') <> 'NULL' then {{ payload }} -> '$.{{ path }}' end{{ ',' if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}

{% macro payload_timestamp(path, payload='payload') -%}
    {{ parsed_timestamp(payload_text(path, payload)) }}
{%- endmacro %}

{% macro payload_integer(path, payload='payload') -%}
    try_cast({{ payload }} ->> '$.{{ path }}' as bigint)
{%- endmacro %}

{% macro payload_boolean(path, payload='payload') -%}
    try_cast({{ payload }} ->> '$.{{ path }}' as boolean)
{%- endmacro %}

{#- payload_record(['errorCode'], {'linkedInUserProfile': ['firstName']}) -> a struct of texts: `record.errorCode`,
    `record.linkedInUserProfile.firstName`; what is absent, and what isn't the object it should be, gives NULL. It reads
    the payload once, where payload_text reads it once a field: for what has many rows. -#}
{% macro payload_record(fields, objects={}) -%}
    {%- set shape = dict.fromkeys(fields, 'VARCHAR') -%}
    {%- for object, members in objects.items() -%}
        {%- set _ = shape.update({object: dict.fromkeys(members, 'VARCHAR')}) -%}
    {%- endfor -%}
    from_json(payload, '{{ shape | tojson }}')
{%- endmacro %}

{#- The custom fields of a payload ([{name, value}, ...] in `customFields`; `customUserFields` in what we send) for
    custom_field: names in lower case, without those whose value is blank. Where the JSON has nothing but single blanks
    between printable ASCII, which is nearly always, the ends are all there is to trim. -#}
{% macro custom_fields(payload='payload', fields='customFields') -%}
    {%- set array = payload ~ " -> '$." ~ fields ~ "'" -%}
    {%- set pairs = "from_json(" ~ array ~ ", '[{\"name\":\"VARCHAR\",\"value\":\"VARCHAR\"}]')" -%}
    {%- set json = "cast(" ~ array ~ " as varchar)" -%}
    list_filter(
        case
            when strlen({{ json }}) = length({{ json }}) and not contains({{ json }}, chr(92)) and not contains({{ json }}, chr(127))
                and not contains({{ json }}, '  ')
                then list_transform(
                    {{ pairs }},
                    lambda field: struct_pack(name := lower(trim(field.name)), value := trim(field.value))
                )
            else list_transform(
                {{ pairs }},
                lambda field: struct_pack(name := lower({{ collapsed('field.name') }}), value := {{ collapsed('field.value') }})
            )
        end,
        lambda field: field.value <> ''
    )
{%- endmacro %}

{#- The value of one of `custom_fields`; NULL without it. Where a name repeats, the first value counts. -#}
{% macro custom_field(name, fields) -%}
    list_extract(list_filter({{ fields }}, lambda field: field.name = '{{ name }}'), 1).value
{%- endmacro %}

{#- 'batch-id, company region': names among `custom_fields` that are those of attribution fields but for blanks,
    hyphens, dots and underscores; NULL without any. They are named to the operator and not read. -#}
{% macro respelled_fields(fields) -%}
    nullif(array_to_string(list_sort(list_distinct(list_transform(
        list_filter(
            {{ fields }},
            lambda field: {{ name_letters('field.name') }} in (
                {%- for name in attribution_fields() %}'{{ name | replace('_', '') }}'{{ ', ' if not loop.last }}{% endfor %})
                and field.name not in ('{{ attribution_fields() | join("', '") }}')
        ),
        lambda field: field.name
    ))), ', '), '')
{%- endmacro %}

{#- name_letters('company-region') -> 'companyregion' -#}
{% macro name_letters(name) -%}
    replace(replace(replace(replace({{ name }}, ' ', ''), '-', ''), '_', ''), '.', '')
{%- endmacro %}

{#- json_array_length('[1, 2]') -> 2; NULL and what is no array give 0. -#}
{% macro json_array_length(array) -%}
    cast(coalesce(json_array_length({{ array }}), 0) as bigint)
{%- endmacro %}

{#- json_items('[{"a": 1}, {"a": 2}]') -> the two objects as a list; what is no array is a list of itself. -#}
{% macro json_items(value) -%}
    case when json_type({{ value }}) = 'ARRAY' then from_json({{ value }}, '["JSON"]') else [{{ value }}] end
{%- endmacro %}

{#- json_texts('["AWS", "React"]') -> ['AWS', 'React'] -#}
{% macro json_texts(array) -%}
    from_json({{ array }}, '["VARCHAR"]')
{%- endmacro %}

{#- json_names('["Hot", {"name": "Interested"}, {"displayName": "Later"}]') -> ['hot', 'interested', 'later']; NULL gives an empty list. -#}
{% macro json_names(value) -%}
    list_filter(
        list_transform(
            {{ json_items(value) }},
            lambda item: lower(trim(
                case
                    when json_type(item) = 'VARCHAR' then item ->> '$'
                    else coalesce(item ->> '$.name', item ->> '$.displayName', item ->> '$.display_name')
                end
            ))
        ),
        lambda name: name <> ''
    )
{%- endmacro %}

{#- json_texts_joined('["icp", "source"]') -> 'icp, source'; NULL, what is no array and an empty one give NULL. -#}
{% macro json_texts_joined(array) -%}
    nullif(array_to_string(from_json({{ array }}, '["VARCHAR"]'), ', '), '')
{%- endmacro %}

{#- custom_fields_joined('lead', 'customUserFields') over {"customUserFields": [{"name": "icp", "value": "sre"}]} ->
    'icp=sre', several separated by '; ' in their order there; NULL without any. -#}
{% macro custom_fields_joined(payload, fields) -%}
    nullif(array_to_string(
        list_transform(
            from_json({{ payload }} -> '$.{{ fields }}', '[{"name":"VARCHAR","value":"VARCHAR"}]'),
            lambda field: field.name || '=' || field.value
        ),
        '; '
    ), '')
{%- endmacro %}

{#- json_fields_joined('{"icp": "sre", "source": "clay"}') -> 'icp=sre; source=clay'; NULL without any. -#}
{% macro json_fields_joined(object) -%}
    nullif(array_to_string(
        list_transform(
            map_entries(from_json({{ object }}, '"MAP(VARCHAR, VARCHAR)"')),
            lambda field: field.key || '=' || field.value
        ),
        '; '
    ), '')
{%- endmacro %}

{#- Over the rows 'icp, source' and 'icp': 'icp, source'. An aggregate; NULL where every row is NULL. -#}
{% macro distinct_texts_joined(texts) -%}
    nullif(array_to_string(list_sort(list_distinct(flatten(list(string_split({{ texts }}, ', '))))), ', '), '')
{%- endmacro %}

{#- json_field_count('{"a": 1, "b": 2}') -> 2; NULL and what is no object give 0. -#}
{% macro json_field_count(object) -%}
    cast(coalesce(len(json_keys({{ object }})), 0) as bigint)
{%- endmacro %}

{#- json_texts_at('{"jobs": [{"title": "SRE"}, {"title": "PM"}]}', 'jobs[*].title') -> ['SRE', 'PM'] -#}
{% macro json_texts_at(object, path) -%}
    json_extract_string({{ object }}, '$.{{ path }}')
{%- endmacro %}

{#- json_text_of('{"a": "x", "b": [1]}', 'a') -> 'x', of 'b' -> '[1]': the field that another column names, as text;
    blanks give NULL. -#}
{% macro json_text_of(object, field) -%}
    {{ text_or_null(object ~ ' ->> ' ~ field) }}
{%- endmacro %}
