"""Which address of the desk shows or does what."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from service.web.manage import chains, compliance, dictionary, gaps, policy

Addresses = tuple[tuple[str, Callable[..., Any]], ...]

PAGES: Addresses = (
    ("/manage", chains.show_desk),
    ("/manage/chains/new", chains.show_new_chain),
    ("/manage/chains/<code>", chains.show_chain_gaps),
    ("/manage/chains/<code>/edit", chains.show_chain_editor),
    ("/manage/gaps/new", gaps.show_new_gap),
    ("/manage/gaps/<code>", gaps.show_gap_editor),
    ("/manage/gaps/<code>/versions", gaps.show_gap_versions),
    ("/manage/gaps/<code>/review", gaps.show_gap_review),
    ("/manage/review", gaps.show_review_queue),
    ("/manage/dictionary", dictionary.show_dictionary),
    ("/manage/dictionary/entry", dictionary.show_entry),
    ("/manage/policy", policy.show_policy_drafts),
    ("/manage/policy/<int:draft_id>", policy.show_policy_draft),
    ("/manage/compliance", compliance.show_compliance),
)
ACTIONS: Addresses = (
    ("/manage/chains/new", chains.create_new_chain),
    ("/manage/chains/<code>/edit", chains.save_chain),
    ("/manage/gaps/new", gaps.create_new_gap),
    ("/manage/gaps/preview", gaps.preview_gap),
    ("/manage/gaps/<code>", gaps.save_gap),
    ("/manage/gaps/<code>/move", gaps.move_gap),
    ("/manage/gaps/<code>/excuse", gaps.excuse_gap),
    ("/manage/dictionary/entry", dictionary.change_entry),
    ("/manage/dictionary/preview", dictionary.preview_entry),
    ("/manage/policy", policy.start_policy_draft),
    ("/manage/policy/<int:draft_id>/items/<int:item_id>", policy.decide_item),
    ("/manage/policy/<int:draft_id>/section", policy.accept_all),
    ("/manage/policy/<int:draft_id>/delete", policy.delete_policy_draft),
    ("/manage/compliance", compliance.check_compliance),
    ("/manage/compliance/<int:exception_id>/revoke", compliance.revoke),
)
