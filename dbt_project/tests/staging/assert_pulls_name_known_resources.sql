{#- int_campaign_pulls_ordered finds the reads of campaign leads by this name. -#}

select distinct resource
from {{ ref('stg_operations__pulls') }}
where resource not in (
    'pull', 'sender_accounts', 'campaigns', 'campaign_sequences', 'lists', 'list_leads', 'list_companies',
    'campaign_leads', 'account_campaign_days'
)
