"""Whom leads fit, in the demo: what its operator had asked before the requests, and what that was worth."""

from scipy.stats import mannwhitneyu


def test_what_scores_stand_on_was_answered_before_the_requests(demo):
    workspace, _ = demo
    [(weeks, later)] = workspace.query(
        "select count(distinct answered_at), count(*) filter (answered_at > (select max(as_of) from "
        "marts.lead_scores_at_send)) from staging.stg_enrichment__answers"
    )
    assert (weeks >= 5, later) == (True, 0)
    [(mature, known, signals)] = workspace.query(
        """
        select count(*), count(*) filter (score_coverage >= 50), count(*) filter (intent_score > 0)
        from marts.lead_scores_at_send
        inner join marts.heyreach_connections using (connection_id)
        where icp_profile = 'platform_teams' and is_mature
        """
    )
    assert mature > 1000
    assert known > 0.6 * mature
    assert 0.2 * mature < signals < 0.8 * mature


def test_the_demo_s_default_profile_orders_its_leads(demo):
    workspace, _ = demo
    scores = workspace.query(
        """
        select total_score, is_accepted
        from marts.lead_scores_at_send
        inner join marts.heyreach_connections using (connection_id)
        where icp_profile = 'platform_teams' and is_mature
        """
    )
    yes, no = ([score for score, accepted in scores if accepted is wanted] for wanted in (True, False))
    area = mannwhitneyu(yes, no).statistic / (len(yes) * len(no))
    assert 0.57 < area < 0.68


def test_leads_of_the_demo_are_of_every_tier(demo):
    workspace, _ = demo
    tiers = dict(
        workspace.query(
            "select tier, count(*) from marts.lead_scores where icp_profile = 'platform_teams' group by tier"
        )
    )
    assert tiers.keys() == {"hot", "warm", "nurture", "cold"}
    assert tiers["hot"] < tiers["warm"] < tiers["nurture"]


def test_the_signal_that_works_and_the_inverted_one_show(demo):
    workspace, _ = demo
    rates = {
        signal: dict(
            workspace.query(
                f"""
                select {signal} > 0, avg(is_accepted::int)
                from marts.lead_scores_at_send
                inner join marts.heyreach_connections using (connection_id)
                where icp_profile = 'platform_teams' and is_mature
                group by all
                """
            )
        )
        for signal in ("recent_funding", "tech_stack_change", "tech_stack")
    }
    assert rates["recent_funding"][True] > rates["recent_funding"][False] + 0.1
    assert rates["tech_stack"][True] > rates["tech_stack"][False] + 0.1
    assert rates["tech_stack_change"][True] < rates["tech_stack_change"][False] - 0.04


def test_a_request_counts_under_the_tier_from_before_it_and_a_lead_under_its_own(demo):
    workspace, _ = demo
    [(others, moved)] = workspace.query(
        """
        select count(*) filter (where described.lead_tier <> at_send.tier),
            count(*) filter (where described.lead_tier <> leads.lead_tier)
        from findings.fnd_connections_described as described
        inner join marts.lead_scores_at_send as at_send using (connection_id)
        inner join marts.heyreach_leads as leads on described.lead_id = leads.lead_id
        where at_send.icp_profile = 'platform_teams'
        """
    )
    assert (others, moved > 0) == (0, True)
    [(others,)] = workspace.query(
        """
        select count(*) from marts.heyreach_leads as leads
        inner join marts.lead_score_points as points using (lead_id)
        where points.icp_profile = 'platform_teams'
            and (leads.lead_score, leads.lead_tier) is distinct from (points.total_score, points.tier)
        """
    )
    assert others == 0
