-- Every case of the seed gives the key and the kind written beside it, and every key gives itself.
with read_cases as (
    select
        raw_url,
        expected_key,
        expected_kind,
        {{ normalize_linkedin_url('raw_url') }} as actual_key,
        {{ linkedin_url_kind('raw_url') }} as actual_kind,
        {{ normalize_linkedin_url('expected_key') }} as key_of_expected_key
    from {{ ref('linkedin_url_cases') }}
)

select *
from read_cases
where
    actual_key is distinct from expected_key
    or actual_kind is distinct from expected_kind
    or key_of_expected_key is distinct from expected_key
