select * exclude (is_ours)
from {{ ref('int_inbox_messages') }}
where not is_ours
