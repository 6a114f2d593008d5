{#- Posts of 30 days are among those of 90, and those among all; a date read wrongly would break it. What a service says
    of itself stops no publication. -#}
{{ config(severity='warn', store_failures=true) }}

with counts as (

    select
        lead_id,
        max(try_cast(value as bigint)) filter (where field = 'posts_last_30_days') as posts_30,
        max(try_cast(value as bigint)) filter (where field = 'posts_last_90_days') as posts_90,
        max(try_cast(value as bigint)) filter (where field = 'total_posts') as posts
    from {{ ref('int_enrichment_values') }}
    where integration = 'linkedin_post_activity'
    group by lead_id

)

select * from counts
where posts_30 > posts_90 or posts_90 > posts
