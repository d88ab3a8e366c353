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
    "dictionary": mark("dictionary"),
    "event": mark("event"),
    "gap": mark("gap"),
    "import": mark("import"),
    "import_batch": mark("import"),
    "index": mark("index"),
    "index_release": mark("index"),
    "link": mark("link"),
    "match_run": mark("match run"),
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
    "delayed": mark("delayed after wrong passwords"),
    "deleted": mark("deleted"),
    "disabled": mark("disabled"),
    "edited": mark("changed"),
    "enabled": mark("enabled"),
    "exported": mark("exported"),
    "failed": mark("failed"),
    "finished": mark("finished"),
    "made": mark("made"),
    "password_changed": mark("own password changed"),
    "password_reset": mark("password reset"),
    "published": mark("published"),
    "removed": mark("removed"),
    "reviewed": mark("reviewed"),
    "revoked": mark("revoked"),
    "saved": mark("saved"),
    "seeded": mark("loaded from a profile"),
    "signed_in": mark("signed in"),
    "signed_out": mark("signed out"),
    "started": mark("started"),
    "stopped": mark("stopped"),
    "undone": mark("undone"),
    "updated": mark("updated"),
    "used": mark("put to use"),
}
CHANGE_LABELS = {
    "action": mark("deed"),
    "companies": mark("companies"),
    "display_name": mark("shown name"),
    "expires_at": mark("valid until"),
    "is_active": mark("in use"),
    "kept": mark("kept"),
    "login": mark("login name"),
    "object": mark("object"),
    "region_code": mark("region"),
    "removed": mark("removed"),
    "restored": mark("restored"),
    "role": mark("role"),
    "rows_added": mark("rows added"),
    "rows_read": mark("rows read"),
    "rows_rejected": mark("rows rejected"),
    "rows_updated": mark("rows updated"),
    "since": mark("from"),
    "source": mark("source"),
    "title": mark("title"),
    "until": mark("until"),
    "user": mark("user"),
    "who": mark("who"),
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
