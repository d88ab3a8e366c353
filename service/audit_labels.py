"""Words for what stands in the audit log: roles, deeds and the fields that changed."""

from __future__ import annotations

from service.i18n import mark, translate
from service.labels import FIELD_LABELS

ROLE_LABELS = {
    "viewer": mark("viewer"),
    "officer": mark("officer"),
    "organiser": mark("event organiser"),
    "curator": mark("curator"),
    "admin": mark("administrator"),
}
ROLE_MEANINGS = {
    "viewer": mark("reads and searches"),
    "officer": mark("also keeps searches and match runs, and says whether candidates suit"),
    "organiser": mark("also puts together events and shortlists"),
    "curator": mark("also keeps chains, gaps and dictionaries, imports companies, approves events"),
    "admin": mark("also looks after users and reads the audit log"),
}
OBJECT_LABELS = {
    "account": mark("sign-in"),
    "anchor": mark("anchor"),
    "api_token": mark("API token"),
    "audit": mark("audit log"),
    "audit_log": mark("audit log"),
    "candidate": mark("candidate"),
    "chain": mark("chain"),
    "company": mark("company"),
    "compliance": mark("exception to a finding"),
    "dictionary": mark("dictionary"),
    "ab_test": mark("blind comparison"),
    "event": mark("event"),
    "event_entry": mark("entry of a list"),
    "feedback": mark("verdict"),
    "gap": mark("gap"),
    "import": mark("import"),
    "import_batch": mark("import"),
    "index": mark("index"),
    "index_release": mark("index"),
    "link": mark("link"),
    "match_run": mark("match run"),
    "policy_draft": mark("policy text being read"),
    "saved_search": mark("saved search"),
    "search": mark("saved search"),
    "shortlist": mark("shortlist"),
    "token": mark("API token"),
    "user": mark("user"),
    "user_account": mark("user"),
}
VERB_LABELS = {
    "added": mark("added"),
    "approved": mark("approved"),
    "archived": mark("archived"),
    "built": mark("built"),
    "changed": mark("changed"),
    "created": mark("made"),
    "delayed": mark("delayed after wrong passwords"),
    "deleted": mark("deleted"),
    "disabled": mark("disabled"),
    "draft_discarded": mark("draft discarded"),
    "edited": mark("changed"),
    "enabled": mark("enabled"),
    "entry_changed": mark("entry of the list changed"),
    "excused": mark("exception written down"),
    "exported": mark("exported"),
    "failed": mark("failed"),
    "finished": mark("finished"),
    "invitation_drafted": mark("invitation written"),
    "made": mark("made"),
    "meetings_planned": mark("meetings planned"),
    "password_changed": mark("own password changed"),
    "password_reset": mark("password reset"),
    "published": mark("published"),
    "rebased": mark("draft brought to the version in force"),
    "removed": mark("removed"),
    "renewed": mark("seen and renewed"),
    "returned": mark("returned to its writer"),
    "reviewed": mark("reviewed"),
    "revoked": mark("revoked"),
    "saved": mark("saved"),
    "seeded": mark("loaded from a profile"),
    "signed_in": mark("signed in"),
    "signed_out": mark("signed out"),
    "started": mark("started"),
    "state_changed": mark("state changed"),
    "stated": mark("answered by the company"),
    "stopped": mark("stopped"),
    "submitted": mark("submitted for review"),
    "given": mark("given"),
    "undone": mark("undone"),
    "updated": mark("updated"),
    "used": mark("put to use"),
    "version_kept_edit": mark("version kept by hand"),
    "version_kept_solve": mark("version kept after selecting"),
    "version_kept_state": mark("version kept at a change of state"),
    "withdrawn": mark("withdrawn"),
}
CHANGE_LABELS = {
    "accepted": mark("accepted"),
    "action": mark("deed"),
    "companies": mark("companies"),
    "company": mark("company"),
    "compliance_findings": mark("findings of the check"),
    "display_name": mark("shown name"),
    "expires_at": mark("valid until"),
    "gap_code": mark("gap"),
    "gaps_added": mark("gaps added"),
    "gaps_archived": mark("gaps archived"),
    "gaps_changed": mark("gaps changed"),
    "invite_status": mark("invitation"),
    "is_active": mark("in use"),
    "kept": mark("kept"),
    "lock": mark("lock"),
    "login": mark("login name"),
    "meetings": mark("meetings"),
    "name": mark("name"),
    "note": mark("note"),
    "object": mark("object"),
    "open": mark("open"),
    "preset": mark("form"),
    "question": mark("question"),
    "region_code": mark("region"),
    "removed": mark("removed"),
    "restored": mark("restored"),
    "role": mark("role"),
    "rows": mark("rows"),
    "rows_added": mark("rows added"),
    "rows_read": mark("rows read"),
    "rows_rejected": mark("rows rejected"),
    "rows_updated": mark("rows updated"),
    "run": mark("run"),
    "said_by": mark("said by"),
    "seats": mark("seats"),
    "since": mark("from"),
    "source": mark("source"),
    "stage": mark("stage"),
    "state": mark("state"),
    "status": mark("standing"),
    "title": mark("title"),
    "until": mark("until"),
    "user": mark("user"),
    "reason": mark("reason"),
    "verdict": mark("verdict"),
    "version": mark("version"),
    "who": mark("who"),
    "why": mark("reason"),
}


def deed_label(language: str, action: str) -> str:
    """“gap.published” in words; what has no word stays as it is written."""
    subject, _, verb = action.partition(".")
    if subject == "account":
        return _word(language, VERB_LABELS, verb)
    return translate(
        language,
        mark("{object}: {deed}"),
        object=object_label(language, subject),
        deed=_word(language, VERB_LABELS, verb),
    )


def object_label(language: str, kind: str) -> str:
    """The kind of thing in words."""
    return _word(language, OBJECT_LABELS, kind)


def change_label(language: str, field: str) -> str:
    """The name of a field that changed."""
    return _word(language, {**FIELD_LABELS, **CHANGE_LABELS}, field)


def _word(language: str, labels: dict[str, str], code: str) -> str:
    return translate(language, labels[code]) if code in labels else code.replace("_", " ")
