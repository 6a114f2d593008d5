{#- How senders' accept rates scatter on the logit without anything being wrong, as measured on a public table of 33. -#}
{% macro usual_sender_scatter() -%}
    0.23
{%- endmacro %}

{#- How many groups' worth of it is added to what a workspace shows of its own scatter: a handful of accounts, or lists, says little
    about how they scatter. Lists are taken to scatter as senders do until they show how: nobody has published how they do in one
    workspace. -#}
{% macro usual_groups() -%}
    12
{%- endmacro %}
