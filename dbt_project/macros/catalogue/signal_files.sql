{#- What a line of a signal file may call what it says: ours and the design document's, with or without underscores. A lead is named by
    the link of its profile, also where the document's `lead_id` says it. -#}
{% macro signal_spellings() -%}
    {{ return({
        'profile_url': ['profile_url', 'profileUrl', 'linkedin_url', 'linkedinUrl', 'lead_id', 'leadId'],
        'company_domain': ['company_domain', 'companyDomain', 'domain'],
        'signal_type': ['signal_type', 'signalType'],
        'occurred_at': ['occurred_at', 'occurredAt', 'detected_at', 'detectedAt'],
        'source': ['source'],
        'detail': ['detail', 'signal_data', 'signalData'],
    }) }}
{%- endmacro %}

{#- The columns of a line: profile_url, company, signal_type (`Page Visit` and `pageVisit` are page_visit), occurred_at, is_dated (whether
    there was a text for it), is_day (whether that was a date alone), source, signal_data. A date alone is its midnight (UTC). -#}
{% macro signal_columns(payload='payload') -%}
    {%- set spellings = signal_spellings() -%}
    {%- set type = first_payload_text(spellings['signal_type'], payload) -%}
    {%- set time = first_payload_text(spellings['occurred_at'], payload) -%}
    {{ first_payload_text(spellings['profile_url'], payload) }} as profile_url_raw,
    {{ first_payload_text(spellings['company_domain'], payload) }} as company,
    {{ snake_case(type) }} as signal_type,
    {{ date_or_time(time) }} as occurred_at,
    {{ time }} is not null as is_dated,
    {{ is_date(time) }} as is_day,
    {{ first_payload_text(spellings['source'], payload) }} as source,
    {{ first_json(spellings['detail'], payload) }} as signal_data
{%- endmacro %}
