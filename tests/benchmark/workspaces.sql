-- An invented workspace as nightly pulls would have landed it: one view per raw table, from one table of leads.
-- Variables: start, leads, days, senders, changed, campaigns, first_night, last_night, landing_id, base_url.

create macro chance(number, salt) as hash(number * 31 + salt) % 1000000 / 1e6;
create macro picked(number, salt, names) as names[1 + cast(hash(number * 31 + salt) % len(names) as integer)];
create macro observed_at(night) as getvariable('start') + to_days(cast(night as integer)) + interval '2h 1s';
create macro pull_id(night) as strftime(observed_at(night), '%Y%m%dT%H%M%S000000-') || 'bench0';
create macro night_after(moment) as date_diff('day', getvariable('start'), moment - interval 2 hour) + 1;
create macro printed(moment) as strftime(moment, '%Y-%m-%dT%H:%M:%S.%fZ');
create macro is_landed(night) as night between getvariable('first_night') and getvariable('last_night');

-- What became of each lead, and the nights whose pull saw it changed; on the last one exactly `changed` are.
create table leads as
with numbered as (
    select
        range as number,
        getvariable('start') + to_days(cast(getvariable('days') as integer)) as ends_at,
        cast(floor(chance(range, 1) * getvariable('days') / 7) as integer) as week,
        row_number() over (order by hash(range * 31 + 18), range) <= getvariable('changed') as changes_last
    from range(getvariable('leads'))
),

imported as (
    select
        *,
        70000001 + number as lead_id,
        41001 + number % getvariable('campaigns') as campaign_id,
        61001 + number % getvariable('campaigns') as list_id,
        51001 + number // getvariable('campaigns') % getvariable('senders') as account_id,
        getvariable('start') + to_days(7 * week) + interval 6 hour
            + to_seconds(cast(number % 3600 as integer)) as created_at,
        picked(number, 2, ['clay', 'zoominfo', 'hr', 'manual', 'search']) as source,
        picked(number, 3, ['platform', 'devops', 'sre', 'leadership']) as icp,
        picked(number, 4, ['Ada', 'Noor', 'Tilda', 'Ravi', 'Emil', 'Vera', 'Oren', 'Ines']) as first_name,
        picked(number, 5, ['Wynow', 'Caldelle', 'Thornholt', 'Fenwick', 'Quillmere', 'Aldous']) as last_name,
        picked(number, 6, ['SRE', 'Platform Engineer', 'DevOps Lead', 'Head of IT', 'CTO']) as title,
        picked(number, 7, ['Hamburg, Germany', 'Boston, MA', 'Leipzig, Germany', 'Toronto']) as location,
        'Bluefen Cloud ' || hash(number) % (1 + getvariable('leads') // 5) as company_name,
        'https://www.linkedin.com/in/' || lower(first_name) || '-' || lower(last_name) || '-'
            || lpad(cast(number as text), 7, '0') as profile_url
    from numbered
),

drawn as (
    select
        *,
        chance(number, 8) < 0.02 as fails,
        date_trunc('day', created_at) + to_days(cast(floor(chance(number, 9) * 25) as integer)) as day_drawn,
        day_drawn + to_days(case dayofweek(day_drawn) when 6 then 2 when 0 then 1 else 0 end)
            + to_seconds(cast(32400 + chance(number, 10) * 28800 as integer)) as sent,
        case source when 'zoominfo' then 0.18 when 'manual' then 0.4 else 0.3 end as acceptance,
        sent + to_seconds(cast(3600 - ln(1 - chance(number, 12)) * 4 * 86400 as integer)) as answered
    from imported
),

before_the_last_night as (
    select
        * exclude (sent, answered, day_drawn, acceptance, fails),
        case when not fails and sent < ends_at then sent end as sent_before,
        case when not fails and chance(number, 11) < acceptance and answered < ends_at then answered end as accepted_before,
        case when fails and sent < ends_at then sent end as failed_at,
        case when changes_last then ends_at + interval 10 hour end as moved_at
    from drawn
)

select
    * exclude (sent_before, accepted_before, moved_at),
    case when failed_at is null then coalesce(sent_before, moved_at) end as sent_at,
    case when failed_at is null then coalesce(accepted_before, case when sent_before is not null then moved_at end) end as accepted_at,
    case when accepted_before is not null then moved_at end as replied_at,
    case when failed_at is not null then moved_at end as noted_at,
    list_distinct(list_transform(
        list_filter([created_at, sent_at, accepted_at, replied_at, failed_at, noted_at], lambda moment: moment is not null),
        lambda moment: night_after(moment)
    )) as nights,
    {
        'profileUrl': profile_url, 'firstName': first_name, 'lastName': last_name,
        'headline': title || ' at ' || company_name, 'imageUrl': null, 'location': location,
        'companyName': company_name, 'companyUrl': null, 'position': title, 'about': null,
        'connections': 0, 'followers': 0, 'emailAddress': null
    } as profile
from before_the_last_night;

-- HeyReach's own counts: what each sender sent and was accepted in a campaign, by day.
create table provider_days as
with moments as (
    select account_id, campaign_id, sent_at as moment, 1 as sent, 0 as accepted from leads where sent_at is not null
    union all
    select account_id, campaign_id, accepted_at, 0, 1 from leads where accepted_at is not null
)

select
    account_id,
    campaign_id,
    date_trunc('day', moment) as day,
    cast(sum(sent) as integer) as sent,
    cast(sum(accepted) as integer) as accepted
from moments
group by account_id, campaign_id, date_trunc('day', moment);

create view sender_accounts as
select
    cast(51001 + range as text) as account_id,
    1 as night,
    to_json({
        'id': 51001 + range, 'emailAddress': 'sender' || range || '@example.com', 'firstName': 'Sender',
        'lastName': cast(range as text), 'profileUrl': 'https://www.linkedin.com/in/sender-' || range,
        'isActive': true, 'activeCampaigns': 3, 'authIsValid': true, 'isValidNavigator': false,
        'isValidRecruiter': false, 'connectionRequestCooldown': false, 'connectionNoteCooldown': false,
        'inMailCooldown': false, 'searchCooldown': false,
        'accountLimits': {'connectioRequestLimit': 40, 'connectioRequestMax': 40}
    }) as payload
from range(getvariable('senders'));

create view campaigns as
select
    cast(41001 + campaign.range as text) as campaign_id,
    night.range as night,
    to_json({
        'id': 41001 + campaign.range, 'name': 'Wave ' || (campaign.range + 1),
        'creationTime': '2026-01-04T10:00:00Z', 'startedAt': '2026-01-05T06:00:00Z',
        'linkedInUserListId': 61001 + campaign.range, 'linkedInUserListName': 'Wave ' || (campaign.range + 1),
        'campaignAccountIds': list_transform(range(getvariable('senders')), lambda sender: 51001 + sender),
        'status': 'IN_PROGRESS', 'progressStats': {'totalUsersFinished': night.range}, 'organizationUnitId': 12345
    }) as payload
from range(getvariable('campaigns')) as campaign, range(1, getvariable('days') + 2) as night;

create view campaign_sequences as
select
    cast(41001 + range as text) as campaign_id,
    1 as night,
    to_json({
        'nodeType': 'CONNECTION_REQUEST', 'actionDelay': 0, 'actionDelayUnit': 'HOUR',
        'payload': {'messages': [], 'fallbackMessage': null, 'toBeWithdrawnAfterDays': 25},
        'conditionalNode': null, 'unconditionalNode': null
    }) as payload
from range(getvariable('campaigns'));

create view lists as
select
    cast(list_id as text) as list_id,
    night_after(created_at) as night,
    to_json({
        'id': list_id, 'name': 'Wave ' || (list_id - 61000), 'totalItemsCount': count(*),
        'listType': 'USER_LIST', 'creationTime': '2026-01-04T10:00:00Z', 'campaignIds': [list_id - 20000]
    }) as payload
from leads
group by list_id, night_after(created_at);

create view campaign_leads as
with seen as (
    select *, observed_at(unnest(nights)) as seen_at from leads
),

states as (
    select
        *,
        coalesce(failed_at < seen_at, false) as is_failed,
        coalesce(accepted_at < seen_at, false) as is_accepted,
        coalesce(sent_at < seen_at, false) as is_sent,
        coalesce(replied_at < seen_at, false) as is_replied
    from seen
)

select
    cast(campaign_id as text) as campaign_id,
    cast(lead_id as text) as campaign_lead_id,
    night_after(seen_at) - 1 as night,
    to_json({
        'id': lead_id,
        'linkedInUserProfileId': 'ACoAA' || lead_id,
        'linkedInUserProfile': struct_insert(
            profile, linkedin_id := 'ACoAA' || lead_id, enrichedEmailAddress := null, customEmailAddress := null
        ),
        'lastActionTime': printed(case
            when is_failed then failed_at
            when is_accepted then sent_at + interval 1 minute
            when is_sent then sent_at
        end),
        'failedTime': printed(case when is_failed then failed_at end),
        'creationTime': printed(created_at),
        'leadCampaignStatus': case
            when is_failed then 'Failed' when is_accepted then 'Finished' when is_sent then 'InSequence' else 'Pending'
        end,
        'leadConnectionStatus': case
            when is_accepted then 'ConnectionAccepted' when is_sent then 'ConnectionSent' else 'None'
        end,
        'leadMessageStatus': case
            when is_replied then 'MessageReply' when is_accepted then 'MessageSent' else 'None'
        end,
        'errorCode': case when is_failed then 'PROFILE_NOT_FOUND' end,
        'leadCampaignStatusMessage': case when noted_at < seen_at then 'Tried again' end,
        'linkedInSenderId': account_id,
        'linkedInSenderFullName': 'Sender ' || (account_id - 51001)
    }) as payload
from states;

create view list_leads as
select
    cast(list_id as text) as list_id,
    profile_url as list_row_key,
    night_after(created_at) as night,
    to_json(struct_insert(profile, linkedin_id := null, tags := [], customFields := [
        {'name': 'source', 'value': source},
        {'name': 'source_list', 'value': source || '-wave-' || week % 60},
        {'name': 'keywords', 'value': picked(number, 13, ['backstage | golden paths', 'gitops; argo', 'slo'])},
        {'name': 'icp', 'value': icp},
        {'name': 'batch_id', 'value': 'week-' || week || '-' || campaign_id},
        {'name': 'company_region', 'value': picked(number, 14, ['eu', 'na', 'apac'])},
        {'name': 'title', 'value': title},
        {'name': 'company_size', 'value': picked(number, 15, ['1-49', '50-199', '200-999', '5000+'])},
        {'name': 'company_industry', 'value': picked(number, 16, ['Retail', 'Healthcare', 'Software'])},
        {'name': 'is_employed', 'value': 'true'},
        {'name': 'estimated_age', 'value': cast(25 + number % 40 as text)},
        {'name': 'gender', 'value': picked(number, 17, ['female', 'male'])}
    ])) as payload
from leads;

create view account_campaign_days as
select
    cast(account_id as text) as account_id,
    cast(campaign_id as text) as campaign_id,
    strftime(day, '%Y-%m-%d') as stat_date,
    date_diff('day', getvariable('start'), day) + 1 as night,
    to_json({
        'profileViews': 0, 'postLikes': 0, 'follows': 0, 'messagesSent': accepted, 'inmailMessagesSent': 0,
        'connectionsSent': sent, 'connectionsAccepted': accepted, 'uniqueLeadsContacted': sent
    }) as payload
from provider_days;

-- One row per walk of each pull, and one that closes the pull.
create view pulls as
with nights as (
    select unnest(range(getvariable('first_night'), getvariable('last_night') + 1)) as night
),

enrolled as (
    select campaign_id, list_id, night_after(created_at) as since_night, count(*) as leads
    from leads
    group by campaign_id, list_id, night_after(created_at)
),

members as (
    select night, campaign_id, list_id, cast(sum(leads) filter (where since_night <= night) as bigint) as members
    from nights cross join enrolled
    group by night, campaign_id, list_id
),

walks as (
    select night, 'sender_accounts' as resource, '' as scope_id, getvariable('senders') as found from nights
    union all
    select night, 'campaigns', '', getvariable('campaigns') from nights
    union all
    select night, 'campaign_leads', cast(campaign_id as text), coalesce(members, 0) from members
    union all
    select night, 'list_leads', cast(list_id as text), coalesce(members, 0) from members
    union all
    select night, 'campaign_sequences', cast(41001 + range as text), 1 from nights, range(getvariable('campaigns'))
    union all
    select night, 'lists', unnest(['USER_LIST', 'COMPANY_LIST']), getvariable('campaigns') from nights
    union all
    select night, 'account_campaign_days', account_id || '/' || campaign_id, night
    from nights cross join (select distinct account_id, campaign_id from provider_days)
    union all
    select night, 'pull', '', null from nights
)

select
    pull_id(night) as pull_id,
    getvariable('landing_id') as landing_id,
    'full' as kind,
    resource,
    scope_id,
    observed_at(night) - interval 1 second as started_at,
    observed_at(night) as finished_at,
    1 as requests,
    found as rows_received,
    found as distinct_rows,
    found as total_count,
    true as is_complete,
    'complete' as outcome,
    null as note,
    getvariable('base_url') as base_url,
    '12345' as workspace_id
from walks;
