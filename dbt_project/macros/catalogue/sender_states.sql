{#- What keeps a sender from sending at all, in the codes of its causes (causes.sql, codes.sql); NULL where nothing does. -#}
{% macro unable_because(sender, is_listed='is_listed') -%}
    case
        when not coalesce({{ sender }}.{{ is_listed }}, false) then 'sender_gone'
        when {{ sender }}.is_auth_valid = false then 'sender_auth_invalid'
        when {{ sender }}.is_in_request_cooldown then 'sender_cooldown'
    end
{%- endmacro %}

{#- What is this many times less than it could be is low: a limit, what is sent of it, the room in a week. -#}
{% macro times_less() -%}
    4
{%- endmacro %}
