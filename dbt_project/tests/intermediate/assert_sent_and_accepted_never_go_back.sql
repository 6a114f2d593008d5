{#- First-seen dates are sticky, so a status that goes back changes no figure; it is still worth knowing, because
    nothing HeyReach documents does it. -#}
{{ config(severity='warn', store_failures=true) }}

select
    connection_status_before || ' to ' || connection_status as change,
    count(*) || ' campaign leads' as leads
from {{ ref('int_status_moves') }}
where is_backward
group by change
