"""What real workspaces do and the invented ones don't: each twist can be switched on for itself.

| twist | what happens |
| --- | --- |
| empty_sequences | drafts have no sequence: the route answers 200 without a body, `null`, or 204 |
| never_withdrawn | requests of some campaigns are never withdrawn (`toBeWithdrawnAfterDays: null`) |
| connected_before_accepted | many leads were connections before; their rows show ConnectionAccepted |
| connected_before_none | the same, with rows that show None and a message |
| removed_after_accept | leads of one campaign are taken out of it some days after they accepted |
| campaign_deleted | a running campaign is deleted with leads waiting |
| list_deleted | the list of a campaign is deleted |
| list_exchanged | a campaign takes its leads from another list, in which half of the people stand again |
| sender_shown_differently | some days after sending, rows show another sender |
| placeholders | `N/A` and the like stand in custom fields |
| stray_white_space | tabs, no-break spaces and line breaks stand in custom fields; some fields are misnamed |
| skewed_clock | the Date header is ahead by hours, for ever or until some day |
| corrected_counts | a daily count is one too high until HeyReach corrects it |
| connection_status_null | rows show JSON null where others show None |
| small_sender_group | one sender of a rare type sends little, and the account file knows no gender of it |
| refuses_stops_while_paused | leads of a paused campaign can't be stopped |
| gone_senders | senders come and go during the weeks |

A twist is its name, or `{"name": ..., option: value, ...}`; options are declared with what reads them. Each
draws from its own chance, so it is the same alone and beside others, and notes what it did for
`World.truth`.
"""

from extract.sandbox.twists.chosen import TWIST_NAMES, Correction, Twists

__all__ = ["TWIST_NAMES", "Correction", "Twists"]
