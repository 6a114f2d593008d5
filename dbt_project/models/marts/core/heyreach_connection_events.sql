select
    md5(concat_ws('|', evidence.campaign_id, evidence.campaign_lead_id, evidence.event, evidence.method)) as connection_event_id,
    md5(evidence.campaign_id || '|' || evidence.campaign_lead_id) as connection_id,
    evidence.campaign_id,
    evidence.campaign_lead_id,
    evidence.event,
    evidence.method,
    evidence.earliest,
    evidence.latest,
    evidence.event_at,
    evidence.is_free_of_outcome,
    run_parameters.as_of
from {{ ref('int_connection_evidence') }} as evidence
inner join {{ ref('int_connections_asked') }} as asked
    on evidence.campaign_id = asked.campaign_id
    and evidence.campaign_lead_id = asked.campaign_lead_id
cross join {{ ref('stg_operations__run_parameters') }} as run_parameters
where asked.is_asked
-- So that a page of it, and one lead, is found in a small part of the file.
order by connection_event_id
