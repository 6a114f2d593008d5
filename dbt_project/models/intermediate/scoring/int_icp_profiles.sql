{#- The profiles that count now. -#}
select * exclude (valid_until, removed_at) from {{ ref('int_icp_profile_versions') }}
where valid_until is null
