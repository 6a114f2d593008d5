{#- Times in which nobody looked at a campaign for longer than dating_resolution_days. On which side of its window's end
    something happened in there nobody can tell. -#}

select
    reads.campaign_id,
    reads.previous_complete_started_at as gap_from,
    reads.finished_at as gap_to
from {{ ref('int_campaign_pulls_ordered') }} as reads
cross join {{ ref('stg_operations__run_parameters') }} as run_parameters
where reads.is_complete
    and {{ hours_between('reads.previous_complete_started_at', 'reads.finished_at') }} > run_parameters.dating_resolution_days * 24
