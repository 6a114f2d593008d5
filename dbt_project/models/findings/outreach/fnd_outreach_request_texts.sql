{#- At each step of its sequence a request has the text it was drawn for, else the default. Texts that no configuration has are at an
    unknown step. -#}

with requests as (

    select * from {{ ref('fnd_outreach_requests') }}
    where segment is not null

),

-- A sequence is what its hash says: where several configurations have it, its texts are the same.
texts as (

    select * from {{ ref('outreach_texts') }}
    qualify row_number() over (
        partition by sequence, step, variant order by is_current desc, recorded_at desc, config_hash
    ) = 1

),

current_texts as (

    select distinct segment, variant, text_hash
    from {{ ref('outreach_texts') }}
    where is_current

),

matched as (

    select
        requests.connection_id,
        texts.segment,
        texts.step,
        texts.variant,
        texts.text_hash,
        texts.format,
        texts.angle
    from requests
    inner join texts on requests.sequence = texts.sequence
    where coalesce(texts.variant = requests.variant, false) or texts.is_default
    -- The one it was drawn for, before the default.
    qualify row_number() over (
        partition by requests.connection_id, texts.step order by coalesce(texts.variant = requests.variant, false) desc, texts.variant
    ) = 1

),

unmatched as (

    select
        requests.connection_id,
        coalesce(requests.variant, 'unknown') as variant
    from requests
    where requests.variant is not null
        and not exists (
            select 1
            from matched
            where matched.connection_id = requests.connection_id and matched.variant = requests.variant
        )
        or not exists (select 1 from matched where matched.connection_id = requests.connection_id)

)

select
    matched.connection_id,
    matched.step,
    matched.variant,
    matched.text_hash,
    -- An edited text is another one, of the same name.
    matched.variant || if(current_texts.variant is null, ' (' || left(matched.text_hash, 8) || ')', '') as variant_version,
    current_texts.variant is not null as is_current,
    coalesce(matched.format, 'unknown') as format,
    coalesce(matched.angle, 'unknown') as angle
from matched
left join current_texts
    on matched.segment = current_texts.segment
    and matched.variant = current_texts.variant
    and matched.text_hash = current_texts.text_hash
union all
select
    connection_id,
    'unknown',
    variant,
    null,
    variant,
    false,
    'unknown',
    'unknown'
from unmatched
