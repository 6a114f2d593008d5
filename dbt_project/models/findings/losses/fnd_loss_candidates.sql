select
    *,
    row_number() over (order by q_rank) as candidate
from {{ ref('fnd_loss_tests') }}
where stage = 'acceptance' and {{ is_loss() }}
