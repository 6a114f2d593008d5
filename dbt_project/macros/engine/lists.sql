{#- Lists of texts, in one place so that another engine needs other macros, not other models. -#}

{#- text_list('["aws", "react"]') -> ['aws', 'react'], in lower case; NULL and what is no array give an empty list. -#}
{% macro text_list(array) -%}
    coalesce(list_transform(from_json({{ array }}, '["VARCHAR"]'), lambda text: lower(trim(text))), [])
{%- endmacro %}

{#- list_length(['a', 'b']) -> 2 -#}
{% macro list_length(list) -%}
    len({{ list }})
{%- endmacro %}

{#- first_of(['a', 'b', 'c'], 2) -> ['a', 'b'] -#}
{% macro first_of(list, count) -%}
    {{ list }}[1:{{ count }}]
{%- endmacro %}

{#- newest_time(['2026-01-01', 'soon', '2026-03-01'], '2026-02-01') -> 2026-01-01: the newest of texts that are times, until a moment. -#}
{% macro newest_time(texts, until) -%}
    list_max(list_filter(
        list_transform({{ texts }}, lambda text: {{ parsed_timestamp('text') }}), lambda moment: moment <= {{ until }}
    ))
{%- endmacro %}

{#- in_list('a', ['a', 'b']) -> true; NULL is in no list. -#}
{% macro in_list(text, list) -%}
    coalesce(list_contains({{ list }}, {{ text }}), false)
{%- endmacro %}

{#- in_both(['a', 'b'], ['b', 'c']) -> ['b'], in the order of the first. -#}
{% macro in_both(list, other) -%}
    list_filter({{ list }}, lambda text: list_contains({{ other }}, text))
{%- endmacro %}

{#- not_in_both(['a', 'b'], ['b', 'c']) -> ['a']: those of the first that aren't in the other. -#}
{% macro not_in_both(list, other) -%}
    list_filter({{ list }}, lambda text: not list_contains({{ other }}, text))
{%- endmacro %}

{#- spaced_words('Head of Platform, EMEA') -> ' head of platform emea ' -#}
{% macro spaced_words(text) -%}
    (' ' || regexp_replace(lower({{ text }}), '[^\pL\pN+#./]+', ' ', 'g') || ' ')
{%- endmacro %}

{#- as_words(['co-founder']) -> ['co founder']: texts as they stand in what spaced_words gives. -#}
{% macro as_words(list) -%}
    list_transform({{ list }}, lambda text: trim({{ spaced_words('text') }}))
{%- endmacro %}

{#- has_one_of(' head of platform emea ', ['platform', 'sre']) -> true: one of the texts stands in it as whole words. NULL of NULL. -#}
{% macro has_one_of(words, list) -%}
    case
        when {{ words }} is not null
            then len(list_filter({{ list }}, lambda part: contains({{ words }}, ' ' || part || ' '))) > 0
    end
{%- endmacro %}

{#- numbers_to(3): the rows 1, 2, 3 of a column `number`. -#}
{% macro numbers_to(size) -%}
    select unnest(range(1, {{ size }} + 1)) as number
{%- endmacro %}

{#- inner_product([1.0, 2.0], [3.0, 4.0]) -> 11.0 -#}
{% macro inner_product(list, other) -%}
    list_inner_product({{ list }}, {{ other }})
{%- endmacro %}

{#- An aggregate: the values as a list in the order of `position`. -#}
{% macro listed_by(value, position) -%}
    list({{ value }} order by {{ position }})
{%- endmacro %}

{#- texts_joined(['b', 'a']) -> 'b, a'; an empty list gives NULL. -#}
{% macro texts_joined(list) -%}
    nullif(array_to_string({{ list }}, ', '), '')
{%- endmacro %}

{#- words_sought('["Co-founder"]') -> [{'word': 'co-founder', 'value': null, 'sought': ' co founder '}]: texts as they are sought in what
    spaced_words gives; of an array of objects, `word` and `value` are its fields. -#}
{% macro words_sought(array) -%}
    {%- set shape = '[{"word":"VARCHAR","value":"VARCHAR"}]' -%}
    list_transform(
        case
            when json_type({{ array }}, '$[0]') = 'OBJECT' then from_json({{ array }}, '{{ shape }}')
            else list_transform({{ text_list(array) }}, lambda text: struct_pack(word := text, value := cast(null as varchar)))
        end,
        lambda each: struct_pack(word := each.word, value := each.value, sought := {{ spaced_words('each.word') }})
    )
{%- endmacro %}

{#- first_sought(' co founder of ours ', words) -> the first of `words_sought` that stands in a text as whole words; NULL without any.
    The text should be a column: an expression is worked out anew for each word. -#}
{% macro first_sought(text, words) -%}
    list_filter({{ words }}, lambda each: contains({{ text }}, each.sought))[1]
{%- endmacro %}

{#- first_in_both(['a', 'b'], ['b', 'c']) -> 'b', NULL without any. -#}
{% macro first_in_both(list, other) -%}
    {{ in_both(list, other) }}[1]
{%- endmacro %}

{#- first_wanted(['AWS', 'Argo CD'], ['argo cd']) -> 'Argo CD': the first that is wanted, in small letters, else the first. -#}
{% macro first_wanted(list, wanted) -%}
    coalesce(list_filter({{ list }}, lambda text: list_contains({{ wanted }}, lower(text)))[1], {{ list }}[1])
{%- endmacro %}

{#- lists_joined(['a'], ['b']) -> ['a', 'b'] -#}
{% macro lists_joined(list, other) -%}
    list_concat({{ list }}, {{ other }})
{%- endmacro %}

{#- place_of('b', ['a', 'b']) -> 2, of texts that the project itself lists; NULL of any other. -#}
{% macro place_of(text, texts) -%}
    list_position(['{{ texts | join("', '") }}'], {{ text }})
{%- endmacro %}
