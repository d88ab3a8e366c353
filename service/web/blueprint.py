"""The pages: which address shows what. PAGES are plain GETs, ACTIONS the forms that
change something; in Chinese or, on request, in English."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, Response, request

from service.app import LANGUAGE_ARGUMENT, language_of_request
from service.version import code_version
from service.web import account, chains, companies, find, formats, gaps, sign_in
from service.web.access import page_context
from service.web.admin import audit, base_data, imports, jobs, users
from service.web.errors import add_error_pages
from service.web.manage import addresses as manage
from service.web.manage.addresses import Addresses
from service.web.responses import is_partial

PAGES: Addresses = (
    ("/", chains.show_chains),
    ("/chains/<code>", chains.show_chain),
    ("/gaps/<code>", gaps.show_gap),
    ("/gaps/<code>/candidates/<company_id>", gaps.show_gap_candidate),
    ("/find", find.show_find),
    ("/find/candidates/<company_id>", find.show_find_candidate),
    ("/companies", companies.search_companies),
    ("/companies/<path:key>", companies.show_company),
    ("/sign-in", sign_in.show_sign_in),
    ("/account", account.show_account),
    ("/account/password", account.show_own_password),
    ("/admin/imports", imports.show_imports),
    ("/admin/imports/template.<any(xlsx, csv):kind>", imports.save_template),
    ("/admin/imports/files/<int:upload_id>", imports.show_upload),
    ("/admin/imports/files/<int:upload_id>/rejected", imports.save_trial_rejects),
    ("/admin/imports/<int:batch_id>", imports.show_import),
    ("/admin/imports/<int:batch_id>/rejected", imports.save_rejects),
    ("/admin/data", base_data.show_data),
    ("/admin/jobs/<int:job_id>", jobs.show_job),
    ("/admin/users", users.show_users),
    ("/admin/users/<int:user_id>", users.show_user),
    ("/admin/audit", audit.show_audit),
    *manage.PAGES,
)
# Every view here carries `needs(permission)` of service/web/access.py, but for signing in and out.
ACTIONS: Addresses = (
    ("/sign-in", sign_in.sign_in),
    ("/sign-out", sign_in.sign_out),
    ("/account/password", account.change_own_password),
    ("/account/tokens", account.make_token),
    ("/account/tokens/<int:token_id>/revoke", account.revoke_token),
    ("/admin/imports", imports.upload_import),
    ("/admin/imports/files/<int:upload_id>/try", imports.try_import),
    ("/admin/imports/files/<int:upload_id>/store", imports.store_import),
    ("/admin/imports/files/<int:upload_id>/discard", imports.discard_import),
    ("/admin/imports/<int:batch_id>/undo", imports.undo),
    ("/admin/index/build", base_data.build_index),
    ("/admin/jobs/<int:job_id>/stop", jobs.stop_job),
    ("/admin/users", users.add_user),
    ("/admin/users/<int:user_id>", users.edit_user),
    ("/admin/users/<int:user_id>/disable", users.disable_user),
    ("/admin/users/<int:user_id>/enable", users.enable_user),
    ("/admin/users/<int:user_id>/password", users.reset_password),
    ("/admin/audit/export", audit.save_audit),
    *manage.ACTIONS,
)
# The address of the same page in the other language keeps everything that was chosen.
_OTHER = {"zh": "en", "en": "zh"}


def add_pages(app: Flask) -> None:
    """Serve the pages from `app`, and show errors outside the API as pages."""
    pages = Blueprint("pages", __name__)
    for rule, view in PAGES:
        pages.add_url_rule(rule, view_func=view)
    for rule, action in ACTIONS:
        pages.add_url_rule(rule, view_func=action, methods=["POST"])
    pages.after_request(_mark_as_personal)
    app.register_blueprint(pages)
    app.jinja_env.filters.update(formats.FILTERS)
    app.jinja_env.globals.update(formats.GLOBALS)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.context_processor(_page_context)
    app.context_processor(page_context)
    add_error_pages(app)


def _page_context() -> dict[str, Any]:
    language = language_of_request()
    return {
        "language": language,
        "html_language": formats.HTML_LANGUAGES[language],
        "other_language_url": _other_language_url(_OTHER[language]),
        "version": code_version(),
        "is_partial": is_partial(),
    }


def _other_language_url(language: str) -> str:
    arguments = request.args.to_dict(flat=False)
    arguments[LANGUAGE_ARGUMENT] = [language]
    return f"{request.path}?{formats.query_string(arguments)}"


def _mark_as_personal(response: Response) -> Response:
    """One address has several contents: by language, and as part of a page or whole."""
    response.vary.update(("Cookie", "HX-Request", "HX-Target"))
    # What administrators and owners of accounts see is not left on the disk of an office computer.
    is_private = request.path.startswith(("/admin", "/account", "/sign-in"))
    response.headers.setdefault("Cache-Control", "no-store" if is_private else "private, no-cache")
    return response
