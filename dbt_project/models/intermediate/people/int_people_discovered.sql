{#- Whoever is a lead by being found: with a link to a profile. -#}

select
    answers.integration,
    answers.key,
    urls.profile_url_raw,
    urls.normalized_profile_url,
    {{ lead_id('urls.normalized_profile_url', 'null', 'null') }} as lead_id,
    min(answers.answered_at) as found_at,
    arg_max({{ payload_text('person.first_name', 'answers.payload') }}, answers.call_id) as first_name,
    arg_max({{ payload_text('person.last_name', 'answers.payload') }}, answers.call_id) as last_name
from {{ ref('stg_enrichment__answers') }} as answers
inner join {{ ref('int_profile_urls_normalized') }} as urls on answers.found_profile_url_raw = urls.profile_url_raw
where urls.normalized_profile_url is not null
group by answers.integration, answers.key, urls.profile_url_raw, urls.normalized_profile_url
qualify row_number() over (partition by answers.integration, answers.key order by found_at desc, urls.profile_url_raw) = 1
