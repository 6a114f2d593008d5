{#- The answer: what stalls, in the order in which to mend it. Each select below is one kind of cause; a cause without
    anything to say doesn't appear. One unit: accepted connections that a week would bring more, were the cause gone. -#}

with run_parameters as (

    select * from {{ ref('stg_operations__run_parameters') }}

),

summary as (

    select * from {{ ref('rpt_summary') }}

),

segments as (

    select * from {{ ref('rpt_segment_performance') }}

),

labels as (

    select dimension, segment, max(segment_label) as segment_label
    from {{ ref('fnd_segments_labelled') }}
    group by dimension, segment

),

account_effects as (

    select * from {{ ref('fnd_account_effects') }}

),

losing_segments as (

    select * from {{ ref('fnd_losing_segments') }}

),

import_tests as (

    select * from {{ ref('fnd_loss_tests') }}
    where stage = 'import' and {{ is_loss() }}

),

senders as (

    select * from {{ ref('fnd_sender_capacity') }}

),

first_pull as (

    select min(finished_at) as finished_at
    from {{ ref('stg_operations__pulls') }}
    where resource = 'pull'

),

-- What is lost a week needs the weeks that were watched, and what a sent request or an imported lead comes to.
scale as (

    select
        greatest(
            {{ hours_between('greatest(run_parameters.since, first_pull.finished_at)', 'least(run_parameters.until, run_parameters.as_of)') }} / 168,
            1 / 7.0
        ) as weeks,
        coalesce({{ rate('summary.mature_accepted', 'summary.mature_sent') }}, {{ rate('summary.accepted_to_date', 'summary.sent_to_date') }}) as accept_rate,
        (select coalesce(share_of_first, 0) from {{ ref('rpt_funnel') }} where stage = 'sent') as sent_share,
        run_parameters.hide_rate_below
    from run_parameters
    cross join summary
    cross join first_pull

),

-- A connection whose fields were lost is counted once: with its batch where it still knows which, else with the
-- campaign and day it was put in.
broken as (

    select * from {{ ref('rpt_attribution_coverage') }}
    where scope in ('batch', 'import') and level = 'fail'

),

respelled as (

    select
        lead_id,
        list(expected_field) as expected_fields,
        string_agg(respelled_field, ', ' order by respelled_field) as respelled_fields
    from {{ ref('fnd_lead_fields_respelled') }}
    group by lead_id

),

incomplete as (

    select
        case when batches.segment is not null then 'batch' else 'import' end as dimension,
        coalesce(batches.segment, imports.segment) as segment,
        coalesce(batches.segment_label, imports.segment_label) as segment_label,
        count(*) as leads,
        coalesce(max(batches.leads), max(imports.leads)) as all_leads,
        {{ distinct_texts_joined('connections.missing_attribution_fields') }} as missing_fields,
        -- What stands there under another name is not lost.
        count(*) filter (where list_has_all(respelled.expected_fields, string_split(connections.missing_attribution_fields, ', '))) as respelled_leads,
        {{ distinct_texts_joined('respelled.respelled_fields') }} as respelled_fields
    from {{ ref('heyreach_connections') }} as connections
    cross join run_parameters
    left join respelled on connections.lead_id = respelled.lead_id
    left join broken as batches
        on batches.scope = 'batch' and connections.batch_id = batches.segment
    left join broken as imports
        on imports.scope = 'import'
        and imports.segment = connections.campaign_id || '/' || {{ utc_date('connections.created_at') }}
    where not connections.is_attribution_complete
        -- Without a profile URL nothing can be joined to a lead: that is the cause then, and has a line of its own.
        and connections.normalized_profile_url is not null
        and coalesce(batches.segment, imports.segment) is not null
        -- It matters to this report: sent or sendable in its period.
        and (connections.sent_cohort_at >= run_parameters.since or connections.created_at >= run_parameters.since or connections.is_waiting)
    group by all
    having count(*) * 100 > max(coalesce(batches.leads, imports.leads)) * (100 - max(run_parameters.coverage_fail_percent))

),

incomplete_ranked as (

    select
        *,
        row_number() over (order by leads desc, segment) as place
    from incomplete

),

import_losses as (

    select
        import_id,
        max(batch_id) as batch_id,
        count(*) filter (where times_sent > 0) as leads,
        count(*) filter (where state in ('missing_lead', 'refused')) as lost_leads,
        count(*) filter (where state in ('missing_fields', 'changed_fields')) as lost_fields,
        {{ distinct_texts_joined("case when state in ('missing_fields', 'changed_fields') then concat_ws(', ', missing_fields, changed_fields) end") }} as fields
    from {{ ref('heyreach_import_leads') }}
    group by import_id

),

-- Known to the ledger, so nothing is lost for the figures; an alarm only where it breaks the batch.
minor_losses as (

    select import_losses.*
    from import_losses
    cross join run_parameters
    where import_losses.leads < run_parameters.hide_rate_below
        or import_losses.lost_fields * 100 <= import_losses.leads * (100 - run_parameters.coverage_fail_percent)

),

paused_campaigns as (

    select
        campaigns.campaign_id,
        campaigns.campaign_name,
        sum(waiting.queued) as queued,
        sum(least(waiting.queued, coalesce(senders.weekly_capacity_restored, waiting.queued))) as sent_in_a_week,
        coalesce(sum(waiting.queued) filter (where not senders.can_send), 0) as behind_blocked_senders
    from (
        select campaign_id, account_id, count(*) as queued
        from {{ ref('heyreach_connections') }}
        where is_waiting
        group by campaign_id, account_id
    ) as waiting
    inner join {{ ref('heyreach_campaigns') }} as campaigns on waiting.campaign_id = campaigns.campaign_id
    {{ join_status('campaign_statuses', 'campaigns.campaign_status') }}
    left join senders on waiting.account_id = senders.account_id
    where campaigns.is_present and campaign_statuses.waits_for_resuming
    group by campaigns.campaign_id, campaigns.campaign_name

),

causes as (

    select
        'blind' as tier,
        'attribution' as stage,
        'attribution_loss' as cause,
        dimension,
        segment,
        segment_label,
        cast(null as double) as lost,
        leads as evidence_n,
        cast(null as double) as q_value,
        {{ printed_count('leads') }} || ' of ' || {{ printed_count('all_leads') }} || ' leads of ' || segment_label
        || case
            when respelled_leads = 0 then ' lost ' || missing_fields || ' at import'
            when respelled_leads = leads then ' carry ' || respelled_fields || ' in place of ' || missing_fields || ', which isn''t read under that name'
            else ' lack ' || missing_fields || '; ' || {{ printed_count('respelled_leads') }} || ' of them carry ' || respelled_fields || ', which isn''t read under that name'
        end
        || ', so no breakdown can judge them.' as why,
        case when respelled_leads > 0 then 'Give the custom fields the names that are expected. Of leads that lack them: ' else '' end
        || 'Give the file they came from as evidence: make import UPSTREAM=1 FILE=..., and send the next one with make import, which reads back what arrived.' as what_to_do
    from incomplete_ranked
    where place <= 3
    union all
    select
        'blind', 'attribution', 'attribution_loss', 'all', 'further', 'Further imports', null, cast(sum(leads) as bigint), null,
        'In ' || {{ printed_count('count(*)') }} || ' further imports ' || {{ printed_count('cast(sum(leads) as bigint)') }} || ' leads lack ' || {{ distinct_texts_joined('missing_fields') }} || '; the largest: ' || string_agg(segment_label || ' (' || {{ printed_count('leads') }} || ')', ', ' order by leads desc, segment) filter (where place <= 8) || '.',
        'Give the files they came from as evidence: make import UPSTREAM=1 FILE=... once for each.'
    from incomplete_ranked
    where place > 3
    having count(*) > 0
    union all
    select
        'blind', 'import', 'import_loss', 'batch', coalesce(import_losses.batch_id, import_losses.import_id), coalesce(import_losses.batch_id, import_losses.import_id),
        null, import_losses.lost_fields, null,
        {{ printed_count('import_losses.lost_fields') }} || ' of ' || {{ printed_count('import_losses.leads') }} || ' leads of import ' || import_losses.import_id || ' stand in HeyReach without what was sent (' || import_losses.fields || ').',
        'Send the lost again: make import REPAIR=' || import_losses.import_id || ' APPLY=1'
    from import_losses
    where import_losses.lost_fields > 0
    union all
    select
        'blocked', 'import', 'import_loss', 'batch', coalesce(import_losses.batch_id, import_losses.import_id), coalesce(import_losses.batch_id, import_losses.import_id),
        import_losses.lost_leads / scale.weeks * scale.accept_rate, import_losses.lost_leads, null,
        {{ printed_count('import_losses.lost_leads') }} || ' of ' || {{ printed_count('import_losses.leads') }} || ' leads of import ' || import_losses.import_id || ' never arrived in HeyReach, so nobody sends to them.',
        'Send the lost again: make import REPAIR=' || import_losses.import_id || ' APPLY=1'
    from import_losses
    cross join scale
    where import_losses.lost_leads > 0
    union all
    select
        'blocked', 'queue', 'campaign_paused', 'campaign', paused_campaigns.campaign_id, paused_campaigns.campaign_name,
        paused_campaigns.sent_in_a_week * scale.accept_rate, cast(paused_campaigns.queued as bigint), null,
        {{ printed_count('cast(paused_campaigns.queued as bigint)') }} || ' leads wait behind the paused campaign ' || paused_campaigns.campaign_name
        || case
            when paused_campaigns.behind_blocked_senders > 0
                then ', ' || {{ printed_count('cast(paused_campaigns.behind_blocked_senders as bigint)') }} || ' of them with senders that can''t send either'
            else ''
        end || '.',
        'Resume it, or move the leads to a running campaign.'
    from paused_campaigns
    cross join scale
    union all
    select
        'blocked', 'sending', senders.cause, 'account', senders.account_id, senders.label,
        least(senders.queued_running, senders.weekly_capacity_restored - senders.weekly_capacity) * scale.accept_rate,
        senders.queued_running, null,
        senders.label || ' '
        || case senders.cause
            when 'sender_gone' then 'is no longer listed by HeyReach'
            when 'sender_auth_invalid' then 'is logged out of LinkedIn'
            when 'sender_cooldown' then 'is in a connection-request cooldown'
            when 'sender_capped' then 'may send only ' || senders.daily_request_limit || ' a day (usual: ' || cast(round(senders.usual_daily_limit) as bigint) || ')'
            when 'sender_idle' then 'sent ' || senders.sent_while_watched || ' in ' || run_parameters.stall_business_days || ' business days and could send ' || senders.daily_request_limit || ' a day, for no reason HeyReach gives'
        end
        || '; ' || {{ printed_count('senders.queued_running') }} || ' leads wait in running campaigns'
        || case when senders.queue_days is not null then ', ' || cast(ceil(senders.queue_days) as bigint) || ' business days of sending' else '' end || '.',
        case senders.cause
            when 'sender_gone' then 'Reconnect the account in HeyReach, or move its leads to other senders.'
            when 'sender_auth_invalid' then 'Log it in again in HeyReach.'
            when 'sender_cooldown' then 'LinkedIn lifts it, usually within a week: wait, then lower the daily limit, or move the leads to other senders.'
            when 'sender_capped' then 'Raise its daily limit in HeyReach step by step, or move leads to other senders.'
            when 'sender_idle' then 'Open the account and its campaigns in HeyReach: working hours, campaign steps before the request, a stuck queue.'
        end
    from senders
    cross join scale
    cross join run_parameters
    where senders.cause is not null
    union all
    select
        'losing', import_tests.stage, import_tests.cause, import_tests.dimension, import_tests.segment,
        coalesce(labels.segment_label, import_tests.segment),
        (import_tests.found - import_tests.trials * import_tests.normal_share) / scale.weeks * scale.sent_share * scale.accept_rate,
        import_tests.trials, import_tests.q_value,
        {{ printed_count('import_tests.found') }} || ' of ' || {{ printed_count('import_tests.trials') }} || ' rows of ' || lower({{ dimension_words('import_tests.dimension') }}) || ' ' || coalesce(labels.segment_label, import_tests.segment)
        || case import_tests.cause when 'invalid_leads' then ' have no usable LinkedIn profile URL' else ' repeat somebody' end
        || ', where ' || cast(round(100 * import_tests.normal_share) as bigint) || ' % is normal.',
        case import_tests.cause
            when 'invalid_leads' then 'Have the list''s profile URLs mended where it is made, before the next import.'
            else 'Remove repeats where the list is made; those rows reach nobody new.'
        end
    from import_tests
    cross join scale
    left join labels
        on import_tests.dimension = labels.dimension
        and import_tests.segment = labels.segment
    -- A batch of a source that is named goes with its source.
    where import_tests.dimension = 'source'
        or not exists (
            select 1
            from import_tests as of_sources
            inner join {{ ref('heyreach_imports') }} as imports
                on imports.source = of_sources.segment and of_sources.dimension = 'source'
            where of_sources.cause = import_tests.cause
                and imports.import_id = import_tests.segment
        )
    union all
    select
        'losing', 'acceptance', losing_segments.cause, losing_segments.dimension, losing_segments.segment, segments.segment_label,
        greatest(losing_segments.reference_rate - coalesce(segments.eb_rate, segments.accept_rate), 0) * segments.sent / scale.weeks,
        losing_segments.mature_sent, losing_segments.q_value,
        {{ dimension_words('losing_segments.dimension') }} || ' ' || segments.segment_label || ': ' || round(100 * {{ rate('losing_segments.mature_accepted', 'losing_segments.mature_sent') }}, 1) || ' % of '
        || {{ printed_count('losing_segments.mature_sent') }} || ' requests were accepted, ' || round(100 * losing_segments.reference_rate, 1) || ' % outside every losing segment'
        || case
            when losing_segments.dimension in {{ names_in(sender_loss_dimensions()) }}
                then '; within the lists it shares with other senders it is lower by ' || round(-100 * account_effects.difference_within_lists, 1) || ' points'
            else ''
        end
        || '.',
        case
            when losing_segments.dimension = 'account' then 'Compare its profile, note and daily volume with those of senders that do better in the same lists; give its leads to them meanwhile.'
            when losing_segments.dimension in {{ names_in(sender_loss_attributes()) }} then 'Give these leads to other senders; accounts that are no real person also risk being closed by LinkedIn.'
            else 'Pause it or send fewer there, and put the requests into what is accepted more; look at targeting and the note first.'
        end
    from losing_segments
    inner join segments
        on losing_segments.dimension = segments.dimension
        and losing_segments.segment = segments.segment
    cross join scale
    left join account_effects
        on losing_segments.dimension = account_effects.dimension
        and losing_segments.segment = account_effects.segment

),

judged as (

    select
        causes.*,
        coalesce(causes.lost < run_parameters.smallest_loss_accepts_per_week, false)
        or coalesce(minor_losses.import_id is not null and causes.cause = 'import_loss' and causes.tier = 'blind', false) as is_small
    from causes
    left join minor_losses on causes.segment = coalesce(minor_losses.batch_id, minor_losses.import_id)
    cross join run_parameters

),

final as (

    select
        row_number() over (
            order by
                is_small,
                case tier when 'blind' then 1 when 'blocked' then 2 else 3 end,
                lost desc nulls last,
                evidence_n desc,
                cause,
                dimension,
                segment
        ) as rank,
        tier,
        stage,
        cause,
        dimension,
        segment,
        segment_label,
        -- Rounded, because a sum of fractions depends on its order in the last digits.
        round(lost, 6) as recoverable_accepts_per_week,
        cast(evidence_n as bigint) as evidence_n,
        q_value,
        case
            when is_small then 'background'
            when tier = 'losing' then 'lower'
            else tier
        end as verdict,
        why,
        what_to_do,
        run_parameters.since as period_since,
        run_parameters.until as period_until,
        run_parameters.as_of
    from judged
    cross join run_parameters

)

select * from final
