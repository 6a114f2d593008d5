{{ config(materialized='ephemeral', contract={'enforced': false}) }}

{#- Names of those of fnd_leads_listed. -#}
{{ lead_names(ref('fnd_leads_listed')) }}
