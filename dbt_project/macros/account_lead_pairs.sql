{#- What an account and a lead are crossed by in rpt_account_lead_match; a new pair is one line. `account` and `lead` are
    columns of fnd_period_facts, the labels' dimensions those of fnd_segments_labeled. A pair that `sums_to` another has a row
    for each account, and those of accounts alike add up to a row of that one: nothing is compared in it. -#}
{% macro account_lead_pairs() -%}
    {{ return([
        {
            'pair': 'gender', 'account': 'account_gender', 'lead': 'lead_gender', 'is_sensitive': true,
            'account_labels': 'account_gender', 'lead_labels': 'lead_gender',
        },
        {
            'pair': 'seniority', 'account': 'account_seniority', 'lead': 'lead_seniority', 'is_sensitive': false,
            'account_labels': 'account_seniority', 'lead_labels': 'seniority',
        },
        {
            'pair': 'industry', 'account': 'account_industry', 'lead': 'company_industry', 'is_sensitive': false,
            'account_labels': 'industry', 'lead_labels': 'industry',
        },
        {
            'pair': 'gender_by_account', 'account': 'account_id', 'lead': 'lead_gender', 'is_sensitive': true,
            'account_labels': 'account', 'lead_labels': 'lead_gender', 'sums_to': 'gender', 'by': 'account_gender',
        },
        {
            'pair': 'seniority_by_account', 'account': 'account_id', 'lead': 'lead_seniority', 'is_sensitive': false,
            'account_labels': 'account', 'lead_labels': 'seniority', 'sums_to': 'seniority', 'by': 'account_seniority',
        },
    ]) }}
{%- endmacro %}

{#- Those in which accounts are like their leads or unlike them. -#}
{% macro compared_pairs() -%}
    {{ return(account_lead_pairs() | rejectattr('sums_to', 'defined') | list) }}
{%- endmacro %}

{#- same, different, or not_comparable where either side is neutral or unknown. -#}
{% macro account_lead_match(account_value, lead_value) -%}
    case
        when coalesce({{ account_value }}, 'unknown') in ('neutral', 'unknown')
            or coalesce({{ lead_value }}, 'unknown') = 'unknown'
            then 'not_comparable'
        when {{ account_value }} = {{ lead_value }} then 'same'
        else 'different'
    end
{%- endmacro %}

{#- Mature requests once per pair, with `match`; with `who` undecided_mature, the undecided that are mature if they were asked.
    `sums_to_row` is the row of the other pair that a row is a part of. -#}
{% macro mature_requests_by_pair(facts, who='mature_sent', pairs=none) -%}
    {%- for entry in pairs or account_lead_pairs() %}
    select
        '{{ entry.pair }}' as pair,
        {{ entry.is_sensitive }} as is_sensitive,
        lead_id,
        account_id,
        coalesce({{ entry.account }}, 'unknown') as account_value,
        coalesce({{ entry.lead }}, 'unknown') as lead_value,
        {%- if entry.sums_to is defined %}
        coalesce({{ entry.by }}, 'unknown') as sums_to_row,
        'not_comparable' as match,
        {%- else %}
        'all' as sums_to_row,
        {{ account_lead_match(entry.account, entry.lead) }} as match,
        {%- endif %}
        mature_accepted,
        mature_accepted_surely,
        mature_accepted_possibly,
        undecided_group,
        sent_to_date as is_counted
    from {{ facts }}
    where {{ who }} = 1
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
{%- endmacro %}
