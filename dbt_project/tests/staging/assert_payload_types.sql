{#- A field we read that arrives with another JSON type would turn into NULLs without a word. It stops the build
    instead, by name. Fields only some rows have are fine; a required one that is nowhere is not. What counts is
    how rows look now: a drift that HeyReach took back must not stop builds for ever. -#}
{{ config(store_failures=true) }}

with fields as (

    select * from {{ ref('stg_heyreach__payload_fields') }}

),

declared as (

    select * from {{ ref('heyreach_api_fields') }}
    where is_read

),

resources_seen as (

    select distinct resource from fields

),

changed_types as (

    select
        declared.resource || '.' || declared.field as field,
        'has the JSON type ' || fields.json_type || ', expected ' || replace(declared.allowed_types, '|', ' or ') as problem
    from declared
    inner join fields
        on declared.resource = fields.resource
        and declared.field = fields.field
    where not list_contains(string_split(declared.allowed_types, '|'), fields.json_type)

),

-- Without these nothing can be counted; every other field may be absent.
required as (

    select 'campaign_leads' as resource, 'leadConnectionStatus' as field
    union all
    select 'campaign_leads', 'linkedInUserProfile.profileUrl'
    union all
    select 'campaign_leads', 'linkedInSenderId'
    union all
    select 'list_leads', 'profileUrl'

),

missing as (

    select
        required.resource || '.' || required.field as field,
        'is in no row: renamed or removed by HeyReach?' as problem
    from required
    inner join resources_seen on required.resource = resources_seen.resource
    left join fields
        on required.resource = fields.resource
        and required.field = fields.field
    where fields.field is null

)

select * from changed_types
union all
select * from missing
