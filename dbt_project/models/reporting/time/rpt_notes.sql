with run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

notes as (

    select
        cast({{ payload_text('date', 'entry') }} as date) as note_date,
        {{ payload_text('note', 'entry') }} as note,
        as_of
    from (select as_of, unnest({{ json_items('notes') }}) as entry from run_parameters) as entries
    where entry is not null

),

weeks as (

    select
        min(sent_week) as first_week,
        max(sent_week) as last_week
    from {{ ref('rpt_sent_weeks') }}

)

select
    row_number() over (order by notes.note_date, notes.note) as note_number,
    notes.note_date,
    notes.note,
    coalesce(notes.note_date >= weeks.first_week and notes.note_date < weeks.last_week + 7, false) as is_in_the_weeks,
    notes.as_of
from notes
cross join weeks
where notes.note_date <= {{ utc_date('notes.as_of') }}
