{#- Which share of requests is accepted, and withdrawn, how long after being sent: over all dated requests, finished
    or not. What the expected rate of unfinished cohorts stands on. -#}

{{ cumulative_incidence(ref('fnd_acceptance_times')) }}
