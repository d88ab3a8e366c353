"""The addresses of the pages of events: PAGES are read, ACTIONS change something."""

from __future__ import annotations

from service.web import event_followup, event_forms, event_lists, event_runs, events

PAGES = (
    ("/events", events.show_events),
    ("/events/new", events.show_new_event),
    ("/events/ledger", event_followup.show_ledgers),
    ("/events/<code>", events.show_event),
    ("/events/<code>/facts", events.show_event_facts),
    ("/events/<code>/list", event_lists.show_event_list),
    ("/events/<code>/why", event_lists.show_why_out),
    ("/events/<code>/entries/<int:entry_id>", event_lists.show_event_entry),
    ("/events/<code>/versions", event_lists.show_event_versions),
    ("/events/<code>/runs", event_runs.show_event_runs),
    ("/events/<code>/runs/<int:number>", event_runs.show_event_run),
    ("/events/<code>/runs/<int:number>/marginal", event_runs.show_marginal),
    ("/events/<code>/followup", event_followup.show_followup),
    ("/events/<code>/meetings", event_followup.show_meetings),
    ("/events/<code>/ledger", event_followup.show_ledger),
    ("/events/<code>/forms", event_forms.show_event_forms),
    ("/events/<code>/forms/<preset>", event_forms.download_event_form),
    ("/events/<code>/invitations/<company>", event_forms.download_invitation),
)
ACTIONS = (
    ("/events/new", events.add_new_event),
    ("/events/<code>/facts", events.change_event_facts),
    ("/events/<code>/rules", events.save_event_rule),
    ("/events/<code>/rules/<rule>/remove", events.remove_event_rule),
    ("/events/<code>/state", events.change_event_state),
    ("/events/<code>/entries", event_lists.add_event_entry),
    ("/events/<code>/entries/<int:entry_id>", event_lists.edit_event_entry),
    ("/events/<code>/entries/<int:entry_id>/move", event_lists.move_event_entry),
    ("/events/<code>/entries/<int:entry_id>/lock", event_lists.lock_event_entry),
    ("/events/<code>/versions", event_lists.keep_event_version),
    ("/events/<code>/runs", event_runs.start_event_run),
    ("/events/<code>/runs/<int:number>", event_runs.continue_event_run),
    ("/events/<code>/followup", event_followup.save_followup),
    ("/events/<code>/meetings", event_followup.plan_event_meetings),
    ("/events/<code>/forms", event_forms.preview_event_form),
    ("/events/<code>/forms/apply", event_forms.apply_event_form),
)
