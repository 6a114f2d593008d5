{#- The early accept rate, day by day (fnd_early_requests). -#}

select
    sent_date,
    account_id,
    list_id,
    count(*) as sent,
    count(*) filter (where is_accepted_early) as accepted,
    {{ exact_sum('exposure') }} as exposure
from {{ ref('fnd_early_requests') }}
group by sent_date, account_id, list_id
