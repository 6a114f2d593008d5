{#- A link of any origin as one struct: key (`linkedin.com/in/<slug>` or null) and kind (`vanity`, `member_id`, or
    why there is no key).

    https://uk.linkedin.com/in/Tamsin-Quillworth/de   -> {key: linkedin.com/in/tamsin-quillworth, kind: vanity}
    https://www.linkedin.com/in/ren%E9e               -> {key: null, kind: bad_encoding}

    1. Find the page. Three times over, for the link and for what a redirect page in it leads to, at most twice:
       unwrapped   what people and programs put around a link is off
       spelled     no longer percent-encoded as a whole, slashes the right way round
       addressed   without a scheme; a bare path has its host
       divided     host, port and path
       located     whether the address is sound and LinkedIn's, and which page it is
       followed    the page, or why there is none, or the target of a redirect
    2. Read the slug:
       routed      as the path has it
       decoded     cleaned once more
       settled     in the one spelling that counts
       judged      valid or not

    One scalar subquery, so that it fits wherever an expression does. `given` alone sees the caller's expression,
    so no column of theirs is mistaken for one of these. -#}
{% macro _parse_linkedin_url(column) -%}
(
    with given(raw) as (
        select {{ column }}
    ),

    -- target: the link still to be read; the rest: what is known if there is none.
    followed_0 as (
        select
            case when typeof(raw) = 'VARCHAR' and length(raw::varchar) <= 2048 then raw::varchar end as target,
            case when typeof(raw) = 'VARCHAR' and length(raw::varchar) > 2048 then 'too_long' else 'empty' end
                as problem,
            '' as page,
            '' as route
        from given
    ),
    {% for level in [1, 2, 3] %}
    unwrapped_{{ level }} as (
        select
            list_reduce(
                ['', '', '', '', ''],
                lambda linkedin_link_so_far, linkedin_link_round: {{ _unwrap_link('linkedin_link_so_far') }},
                {{ _clean_text('target') }}
            ) as link,
            problem as known_problem,
            page as known_page,
            route as known_route
        from followed_{{ level - 1 }}
    ),

    spelled_{{ level }} as (
        select
            *,
            replace(
                case
                    when regexp_matches(link, '^[hH][tT][tT][pP][sS]?%3[aA]') then {{ _percent_decode('link') }}
                    else link
                end,
                '\', '/'
            ) as url
        from unwrapped_{{ level }}
    ),

    addressed_{{ level }} as (
        select
            *,
            case
                when regexp_matches(url, '^[hH][tT][tT][pP][sS]?:')
                    then regexp_replace(url, '^(?:[hH][tT][tT][pP][sS]?:/*){1,3}', '')
                when regexp_matches(url, '^/?[iI][nN]/') then 'linkedin.com/' || url
                else regexp_replace(url, '^//', '')
            end as address
        from spelled_{{ level }}
    ),

    divided_{{ level }} as (
        select
            *,
            regexp_extract(address, '^[^/?#]*') as authority,
            {{ _ascii_lower("regexp_extract(address, '^([^/?#:]*?)[.]?(?:[:/?#]|$)', 1)") }} as host,
            regexp_extract(address, '^[^/?#]*([^?#]*)', 1) as path
        from addressed_{{ level }}
    ),

    located_{{ level }} as (
        select
            *,
            case
                when link = '' then 'empty'
                when link = '…' then 'truncated'
                when contains(link, ' ') then 'contains_whitespace'
                when contains(authority, '@') then 'userinfo'
                when regexp_matches(authority, '^[^:]*(?::(?:80|443)?)?$') then null
                when regexp_matches(authority, ':[0-9]+$') then 'bad_port'
                else 'bad_scheme'
            end as address_problem,
            regexp_full_match(host, '(?:(?:www|m|mobile|touch|[a-z][a-z])\.)?linkedin\.com') as is_linkedin,
            regexp_replace(
                trim(regexp_replace(path, '/+', '/', 'g'), '/'), '^(?i:comm|mwlite)/', ''
            ) as page,
            regexp_extract(
                {{ _ascii_lower('page') }},
                '^(in|pub|sales/(?:lead|people|profile)|talent|recruiter|hire|profile/view)(?:/|$)', 1
            ) as route
        from divided_{{ level }}
    ),

    followed_{{ level }} as (
        select
            case
                when address_problem is not null then null
                when is_linkedin and route = '' and page <> ''
                    then {{ _query_parameter('address', 'sessionRedirect|session_redirect') }}
                when regexp_full_match(host, '(?:www\.)?google\.(?:[a-z]{2,3}|com?\.[a-z]{2})')
                    and regexp_full_match(path, '/+url/*')
                    -- q may also be what was searched for: a value that is a link goes first.
                    then coalesce(
                        {{ _query_parameter('address', 'q|url', '[hH][tT][tT][pP][sS]?(?::|%3[aA])[^&#]*') }},
                        {{ _query_parameter('address', 'q|url') }}
                    )
                when regexp_full_match(host, '(?:[a-z0-9-]+\.)+safelinks\.protection\.outlook\.com')
                    then {{ _query_parameter('address', 'url') }}
            end as target,
            case
                when link is null then known_problem
                when address_problem is not null then address_problem
                when host = 'lnkd.in' then 'short_link'
                when not is_linkedin then 'not_linkedin_host'
                when contains(path, '://') then 'multiple_urls'
            end as problem,
            coalesce(page, known_page) as page,
            coalesce(route, known_route) as route
        from located_{{ level }}
    ),
    {% endfor %}
    routed as (
        select
            route,
            case
                when problem is not null then problem
                when route = '' then 'not_a_person'
                when route in ('talent', 'recruiter', 'hire', 'profile/view') then 'needs_resolution'
                when route = 'in' and not contains(page, '/') then 'no_slug'
                when route = 'pub' and not regexp_full_match(page, '[^/]+/[^/]+(?:/[0-9A-Fa-f]{1,3}){3}')
                    then 'legacy_pub_incomplete'
            end as problem,
            case route
                when 'in' then split_part(page, '/', 2)
                -- pub/orrin-vexley/c3/4e1/9d0 became in/orrin-vexley-9d04e1c3.
                when 'pub' then concat(
                    split_part(page, '/', 2), '-',
                    lpad(split_part(page, '/', 5), 3, '0'),
                    lpad(split_part(page, '/', 4), 3, '0'),
                    split_part(page, '/', 3)
                )
                -- sales/lead/<member id>,<search>,<token>: up to the first comma, however often it was encoded.
                else regexp_extract(split_part(page, '/', 3), '(?s)^(.*?)(?:,|%(?:25){0,2}2[cC]|$)', 1)
            end as slug
        from followed_3
    ),

    decoded as (
        select
            route,
            problem,
            list_reduce(
                ['', '', ''],
                lambda linkedin_slug_so_far, linkedin_slug_round:
                    {{ _percent_decode_strictly('linkedin_slug_so_far') }},
                slug
            ) as decoded_slug,
            nfc_normalize({{ _clean_text('decoded_slug') }}) as slug
        from routed
    ),

    settled as (
        select
            route,
            problem,
            regexp_full_match(slug, 'A[CDE][A-Za-z0-9]AA[A-Za-z0-9_-]{10,60}') as is_member_id,
            -- Composed again: some letters have an accented form in lower case only.
            case when is_member_id then slug else nfc_normalize(lower(rtrim(slug, '.'))) end as settled_slug
        from decoded
    ),

    judged as (
        select
            settled_slug,
            case
                when problem is not null then problem
                when starts_with(route, 'sales/') and is_member_id is distinct from true then 'needs_resolution'
                when settled_slug is null or contains(settled_slug, '%') then 'bad_encoding'
                when is_member_id then 'member_id'
                when regexp_full_match(settled_slug, 'a[cde][a-z0-9]aa[a-z0-9_-]{34}') then 'corrupt_member_id'
                -- The key itself would read as a link that was cut off.
                when contains(settled_slug, '...') then 'truncated'
                when not regexp_full_match(settled_slug, '[\p{L}\p{M}\p{N}\p{So}\x{1F3FB}-\x{1F3FF}._-]*')
                    or not regexp_matches(settled_slug, '[\p{L}\p{N}\p{So}]') then 'bad_slug_char'
                when length(settled_slug) > 100 then 'slug_too_long'
                when settled_slug in ('me', 'unavailable') then 'reserved_slug'
                else 'vanity'
            end as kind
        from settled
    )

    select struct_pack(
        key := case when kind in ('vanity', 'member_id') then 'linkedin.com/in/' || settled_slug end,
        kind := kind
    )
    from judged
)
{%- endmacro %}
