{#- What HeyReach publishes of itself: its claim, by definitions that it doesn't give, and nothing that was checked. Shares, 0 to 1: the
    median, and where given below which it calls a campaign weak and above which strong. -#}
{% macro vendor_benchmarks() -%}
    {{ return({
        'accept_rate': {'label': 'Accept rate', 'median': 0.2075, 'weak_below': 0.13, 'strong_above': 0.318},
        'reply_rate': {'label': 'Replied, of the accepted', 'median': 0.181, 'weak_below': 0.096, 'strong_above': 0.28},
        'accept_rate_first_week': {'label': 'Accept rate of senders in their first week', 'median': 0.133},
        'accept_rate_after_180_days': {'label': 'Accept rate of senders after 180 days', 'median': 0.27},
    }) }}
{%- endmacro %}

{#- Of what they are, and when they were read. -#}
{% macro vendor_benchmarks_basis() -%}
    {{ return({'campaigns': 96051, 'read_on': '2026-11-26'}) }}
{%- endmacro %}
