{#- A field we read that arrives with another JSON type, that no row has any more, or whose time can't be read turns into
    NULLs without a word: each is named here. Only where a request can't be counted without it does it stop a publication
    (assert_payload_types); else it stops what rests on it, and rpt_health says so. What counts is how rows look now: a
    drift that HeyReach took back must not last for ever. -#}
{%- set required = ['leadConnectionStatus', 'linkedInUserProfile', 'linkedInUserProfile.profileUrl', 'linkedInSenderId'] -%}
{%- set expected = {'campaign_leads': required, 'list_leads': ['profileUrl', 'customFields']} -%}
{%- set times = [
    ('campaign_leads', 'creationTime', 'created_at'),
    ('campaign_leads', 'lastActionTime', 'last_action_at'),
    ('campaign_leads', 'failedTime', 'failed_at'),
    ('campaigns', 'creationTime', 'created_at'),
    ('campaigns', 'startedAt', 'started_at'),
    ('lists', 'creationTime', 'created_at'),
] -%}

with fields as (

    select * from {{ ref('stg_heyreach__payload_fields') }}

),

changed_types as (

    select
        fields.resource,
        fields.field,
        fields.json_type || ' instead of ' || replace(declared.allowed_types, '|', ' or ')
        || ' in ' || {{ printed_count('fields.row_count') }} || ' rows' as problem,
        fields.row_count as affected
    from fields
    inner join {{ ref('heyreach_api_fields') }} as declared
        on fields.resource = declared.resource
        and fields.field = declared.field
    where declared.is_read
        and not list_contains(string_split(declared.allowed_types, '|'), fields.json_type)

),

-- Every other field may be absent.
expected_fields as (

    {%- for resource, names in expected.items() %}
    {%- for name in names %}
    select '{{ resource }}' as resource, '{{ name }}' as field
    union all
    {%- endfor %}
    {%- endfor %}
    select null, null
    where false

),

missing as (

    select
        expected_fields.resource,
        expected_fields.field,
        'in no row: renamed or removed by HeyReach?' as problem,
        resources.row_count as affected
    from expected_fields
    inner join (select resource, max(row_count) as row_count from fields group by resource) as resources
        on expected_fields.resource = resources.resource
    left join fields
        on expected_fields.resource = fields.resource
        and expected_fields.field = fields.field
    where fields.field is null

),

unreadable_times as (

    {%- for resource, field, column in times %}
    select
        '{{ resource }}' as resource,
        '{{ field }}' as field,
        {{ printed_count('count(*)') }} || ' values are no ISO 8601 time, such as "'
        || left(min({{ payload_text(field) }}), 40) || '"' as problem,
        count(*) as affected
    from {{ ref('stg_heyreach__' ~ resource) }}
    where {{ column }} is null and {{ payload_text(field) }} is not null
    having count(*) > 0
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

),

problems as (

    select * from changed_types
    union all
    select * from missing
    union all
    select * from unreadable_times

)

select
    *,
    resource = 'campaign_leads' and field in ('{{ required | join("', '") }}') as stops_publication
from problems
