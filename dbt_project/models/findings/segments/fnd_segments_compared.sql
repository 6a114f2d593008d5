{#- Every segment is compared with all the others together. Its family for the false-discovery rate is its table; its shrunken
    rate is drawn towards the table's by as much as the table's segments scatter. What describes a person (`sensitive`) is
    counted and not compared. -#}

with tested as (

    select
        *,
        {{ benjamini_hochberg('p_value', 'dimension') }} as q_value,
        case
            when is_enough then {{ detectable_difference('mature_accepted', 'mature_sent', 'rest_accepted', 'rest_sent') }} * sqrt(widening)
        end as detectable_difference
    from {{ ref('fnd_segments_tested') }}

)

select
    dimension,
    segment,
    {%- for count in fact_counts() %}
    cast({{ count }} as bigint) as {{ count }},
    {%- endfor %}
    {{ accept_rate_columns() }},
    {{ accepted_to_date_rate() }} as accepted_to_date_rate,
    {{ reply_rate() }} as reply_rate,
    {{ count_bound_columns() }},
    {%- for count in ['already_connected', 'undecided', 'out_of_sight'] %}
    cast({{ count }} as bigint) as {{ count }},
    {%- endfor %}
    z_as_counted - z as z_in_doubt,
    cast(evidence_sent as bigint) as evidence_sent,
    cast(evidence_accepted as bigint) as evidence_accepted,
    evidence_z_in_doubt,
    senders,
    people,
    is_collected,
    is_sensitive,
    case
        when mature_sent > 0 and not is_sensitive
            then (mature_accepted + family_rate * coalesce(family_prior_strength, 1e6))
            / (mature_sent + coalesce(family_prior_strength, 1e6))
    end as eb_rate,
    case when is_enough then {{ rate('mature_accepted', 'mature_sent') }} - rest_rate end as difference,
    case
        when is_enough then {{ newcombe_low('mature_accepted', 'mature_sent', 'rest_accepted', 'rest_sent') }}
    end as difference_low,
    case
        when is_enough then {{ newcombe_high('mature_accepted', 'mature_sent', 'rest_accepted', 'rest_sent') }}
    end as difference_high,
    detectable_difference,
    p_value,
    q_value,
    case
        when is_hidden then 'suppressed'
        when mature_sent = 0 then 'collecting'
        when is_sensitive and mature_sent < run_parameters.collecting_below then 'collecting'
        when is_sensitive then 'background'
        when is_not_separable then 'not_separable'
        else {{ verdict(
            is_significant('q_value'), 'z', collecting='not is_enough',
            detectable='detectable_difference', others_rate='rest_rate'
        ) }}
    end as verdict
from tested
cross join {{ ref('stg_operations__run_parameters') }} as run_parameters
