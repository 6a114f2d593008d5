{#- How senders' accept rates scatter on the logit without anything being wrong, as measured on a public table of 33. -#}
{% macro usual_sender_scatter() -%}
    0.23
{%- endmacro %}
