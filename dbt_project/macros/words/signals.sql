{#- What a signal of signal_events says of a lead or its company, by type, as `sentence` reads it. -#}
{% macro signal_texts() -%}
    {{ return({
        'recent_funding': 'raised [{stage}|money][ ({amount})] {ago}',
        'actively_hiring': 'hires[ for {positions} places][: {titles}] (seen {ago})',
        'tech_stack_change': 'changed its technologies[ (took up {came})][ (dropped {went})] {ago}',
        'leadership_change': 'has a new decision maker[ ({title})] since {on}',
        'industry_growth': 'grew[ from {before} to {after} people] {ago}',
        'contract_renewal': 'renews a contract[ ({detail})] about {on}',
        'competitor_product': 'uses [{products}|what a competitor sells]',
        'page_visit': 'visited [{detail}|your site] {ago}',
        'download': 'downloaded [{detail}|something of yours] {ago}',
        'replied': 'replied {ago}',
        'connected': 'connected with a sender {ago}',
        'meeting_booked': 'has a meeting with you, booked {ago}',
        'email_answered': 'answered by e-mail {ago}',
        'news': 'is in the news[: {headline}] {ago}',
    }) }}
{%- endmacro %}

{#- What a signal says, in words: `happened_at` is when it happened or else was seen, `data` its signal_data. Of a line of a file that is
    its `detail`, where that is a text. -#}
{% macro signal_says(type, data, happened_at, now) -%}
    {%- set detail = "case when json_type(" ~ data ~ ", '$.detail') = 'VARCHAR' then " ~ data ~ " ->> '$.detail' end" -%}
    {%- set facts = {
        'stage': funding_round(data ~ " ->> '$.type'"),
        'amount': printed_dollars("cast(" ~ data ~ " ->> '$.amount_usd' as double)"),
        'positions': "nullif(" ~ data ~ " ->> '$.open_positions', '1')",
        'titles': "coalesce(" ~ json_texts_joined(data ~ " -> '$.newest'") ~ ", " ~ detail ~ ")",
        'came': json_texts_joined(data ~ " -> '$.came'"),
        'went': json_texts_joined(data ~ " -> '$.went'"),
        'title': "coalesce(" ~ data ~ " ->> '$.title', " ~ detail ~ ")",
        'before': data ~ " ->> '$.from'",
        'after': data ~ " ->> '$.to'",
        'products': "coalesce(" ~ json_texts_joined(data ~ " -> '$.products'") ~ ", " ~ detail ~ ")",
        'headline': "coalesce(" ~ data ~ " ->> '$.titles[0]', " ~ detail ~ ")",
        'detail': detail,
        'ago': days_ago(happened_at, now),
        'on': utc_date(happened_at),
    } -%}
    case {{ type }}
        {%- for name, text in signal_texts().items() %}
        when '{{ name }}' then {{ sentence(text, facts) }}
        {%- endfor %}
    end
{%- endmacro %}

{#- 'series_b' -> 'a Series B round', 'seed' -> 'a seed round', 'debt_financing' -> 'debt' -#}
{% macro funding_round(type) -%}
    case
        when {{ type }} like 'series%' then 'a Series ' || upper(right({{ type }}, 1)) || ' round'
        when {{ type }} = 'post_ipo_equity' then 'equity after going public'
        when {{ type }} = 'debt_financing' then 'debt'
        when {{ type }} = 'grant' then 'a grant'
        else 'a ' || replace({{ type }}, '_', ' ') || ' round'
    end
{%- endmacro %}

{#- 12500000 -> '12.5 million dollars', 300000 -> '300,000 dollars' -#}
{% macro printed_dollars(amount) -%}
    case
        when {{ amount }} >= 1000000 then format('{:.1f} million dollars', {{ amount }} / 1000000)
        else format('{:,} dollars', cast(round({{ amount }}) as bigint))
    end
{%- endmacro %}

{#- 'today', 'yesterday', '12 days ago' -#}
{% macro days_ago(moment, now) -%}
    case {{ days_between(moment, now) }}
        when 0 then 'today'
        when 1 then 'yesterday'
        else format('{:,} days ago', {{ days_between(moment, now) }})
    end
{%- endmacro %}
