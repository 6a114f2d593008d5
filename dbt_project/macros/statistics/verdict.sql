{#- What all comparisons share: when a difference is significant, how wide an interval is, and what is then said. -#}

{#- How often chance alone may pass for a difference: the level of every verdict and alarm on p and q values. -#}
{% macro significance() -%}
    0.05
{%- endmacro %}

{#- The standard normal's quantile at 1 - significance() / 2: half the width of a 95 % interval, in standard errors. -#}
{% macro z_of_significance() -%}
    1.959963984540054e0
{%- endmacro %}

{#- Half the width of a range that holds nine in ten, in standard errors: what something may be worth. -#}
{% macro z_of_nine_in_ten() -%}
    1.644853626951472e0
{%- endmacro %}

{#- The quantile at 0.8: what is called detectable is found four times in five. -#}
{% macro z_of_power() -%}
    0.8416212335729143e0
{%- endmacro %}

{#- Dead is what surely reaches less than this share of what all others do. -#}
{% macro dead_share() -%}
    (1 / 3.0)
{%- endmacro %}

{#- With fewer senders on either side what describes senders can't be told from who they are. -#}
{% macro fewest_senders() -%}
    3
{%- endmacro %}

{#- Whether a p or q value is that of a difference; NULL where there is none. -#}
{% macro is_significant(p_value) -%}
    ({{ p_value }} <= {{ significance() }})
{%- endmacro %}

{#- Whether it is one, and below: a loss. -#}
{% macro is_loss(q_value='q_value', z='z') -%}
    ({{ is_significant(q_value) }} and {{ z }} < 0)
{%- endmacro %}

{#- `lower` or `higher` where the difference is significant, by the sign of `difference`; else whether as much as half the
    rate of the others could have been missed (`underpowered`), where that is known; else `no_evidence`. Nothing is said where
    there is not enough yet (`collecting`, a condition). What else can stand in the way is said before it. -#}
{% macro verdict(is_significant, difference, collecting=none, detectable=none, others_rate=none) -%}
    case
        {%- if collecting is not none %}
        when {{ collecting }} then 'collecting'
        {%- endif %}
        when {{ is_significant }} and {{ difference }} < 0 then 'lower'
        when {{ is_significant }} then 'higher'
        {%- if detectable is not none %}
        when {{ detectable }} * 2 > {{ others_rate }} then 'underpowered'
        {%- endif %}
        else 'no_evidence'
    end
{%- endmacro %}
