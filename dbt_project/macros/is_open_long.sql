{#- Whether a request has been open for so long that it should have expired, in a campaign that never withdraws. -#}
{% macro is_open_long(connections, run_parameters) -%}
    {{ connections }}.status = 'pending'
    and {{ days_after(connections ~ '.connection_sent_latest', run_parameters ~ '.expiry_days') }} <= {{ run_parameters }}.as_of
{%- endmacro %}
