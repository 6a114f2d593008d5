-- What the view message_facts reads, of three people: see test_message_facts.py.
create table heyreach_leads (lead_id text, company_name text, title text, headline text, company_industry text,
    company_domain text, field_source json, enriched_since timestamptz, updated_at timestamptz);
create table int_lead_rows_identified (lead_id text, found_in text, container_id text, row_key text);
create table stg_heyreach__campaign_leads (campaign_id text, campaign_lead_id text, first_name text, last_name text,
    last_changed_at timestamptz);
create table stg_heyreach__list_leads (list_id text, list_row_key text, first_name text, last_name text,
    last_changed_at timestamptz);
create table int_people_discovered (lead_id text, first_name text, last_name text, found_at timestamptz, integration text);
create table company_industries (alias text, industry text, label text);
create table enrichment_values (lead_id text, field text, value text, integration text, answered_at timestamptz,
    is_chosen boolean);
create table signal_events (lead_id text, company_domain text, signal_type text, signal_data json, source text,
    detected_at timestamptz, occurred_at timestamptz);
create table int_icp_profiles (icp_profile text, must_have text[], complementary_tools text[]);
create table icp_profiles (name text, is_default boolean, valid_until timestamptz);

insert into heyreach_leads values
    ('ada', 'Sample', 'SRE', null, 'tech', 'sample.example', '{"title": "apollo"}', '2026-01-02', '2026-01-01'),
    ('bob', 'Sample', 'CTO', null, 'odd', 'sample.example', null, null, '2026-01-01'),
    ('eve', null, null, null, null, null, null, null, '2026-01-01');
insert into int_lead_rows_identified values
    ('ada', 'campaign', '1', 'a'), ('ada', 'list', '2', 'a'), ('bob', 'list', '2', 'b'), ('bob', 'list', '2', 'c');
insert into stg_heyreach__campaign_leads values ('1', 'a', 'Ada', 'Sample', '2026-01-05');
insert into stg_heyreach__list_leads values
    ('2', 'a', 'A.', null, '2026-01-04'), ('2', 'b', ' ', null, '2026-01-07'), ('2', 'c', 'Bob', null, '2026-01-03');
insert into int_people_discovered values ('eve', 'Eve', 'Else', '2026-01-06', 'apollo_people');
insert into company_industries values ('tech', 'tech', 'Tech'), ('software', 'tech', 'Tech');
insert into enrichment_values values
    ('ada', 'technologies', '["AWS", "Argo CD", "Kubernetes"]', 'builtwith', '2026-01-02', true),
    ('bob', 'technologies', '["AWS", "React"]', 'builtwith', '2026-01-02', true),
    ('bob', 'technologies', '["Kubernetes"]', 'clearbit', '2026-01-02', false),
    ('ada', 'posts', '[{"date": "2026-01-01", "text": "old"}, {"date": "2026-01-03", "text": "new"},
        {"date": "2026-01-04", "text": null}]', 'linkedin_posts', '2026-01-08', true),
    ('bob', 'model_answer', 'runs on call', 'profile_answer', '2026-01-03', true),
    ('bob', 'company_description', 'Makes samples.', 'web_research', '2026-01-02', true);
insert into signal_events values
    (null, 'sample.example', 'news', '{"titles": ["Sample opens", "Else"]}', 'news_feed', '2026-01-05', '2026-01-04'),
    (null, 'sample.example', 'news', '{"titles": ["Sample closes"]}', 'news_feed', '2026-01-06', '2026-01-02'),
    ('bob', null, 'news', '{"titles": ["Bob speaks"]}', 'site', '2026-01-09', null),
    (null, 'sample.example', 'recent_funding', '{"type": "series_b"}', 'crunchbase', '2026-01-05', '2025-12-01'),
    (null, 'sample.example', 'actively_hiring', '{"newest": ["SRE", "PM"]}', 'lever', '2026-01-05', '2026-01-03'),
    (null, 'other.example', 'news', '{"titles": ["Other"]}', 'news_feed', '2026-01-05', '2026-01-04'),
    ('ada', 'sample.example', 'replied', '{}', 'heyreach', '2026-01-05', '2026-01-04');
insert into int_icp_profiles values ('saas', ['kubernetes'], ['argo cd']), ('other', ['aws'], []);
insert into icp_profiles values ('saas', true, null), ('other', false, null), ('other', true, '2026-01-01');
