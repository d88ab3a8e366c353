"""Which stored company a row of a file speaks of: by credit code, then stock code, number, normalised name.

A code that stands for a company of another name is refused, not followed: it would give one company the facts
of another. A name never joins two companies whose codes differ.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from service.company_records import CompanyRecord, name_key
from service.readers.company_issues import Finding
from service.readers.company_rows import id_of_name

_SHORTEST_LIKE_NAME = 2
_NEAR_NAMES = 0.6  # difflib's ratio; a corrected character or an added word stays above
_SHOWN_COMPANIES = 3


@dataclass(eq=False, slots=True)
class KnownCompany:
    """A company that is stored, or is about to be (`company_id` None).

    `before` is what the database held, None for a new one. `first_row` is the row of this file that spoke of
    it first, 0 for none; `settled` are the fields that rows of this file have already stated.
    """

    record: CompanyRecord
    company_id: int | None = None
    before: CompanyRecord | None = None
    first_row: int = 0
    settled: frozenset[str] = frozenset()
    id_source: str | None = None  # the source that its number came with
    former_names: set[str] = field(default_factory=set)  # as rows of this file state them

    @property
    def shown(self) -> str:
        """The company as issues name it."""
        return self.record.full_name or self.record.name


@dataclass(frozen=True, slots=True)
class Identity:
    """The answer: `company` None is a new one, unless an error among `findings` says that it cannot be told.

    `external_id` is what a new company is stored under.
    """

    company: KnownCompany | None
    external_id: str
    findings: tuple[Finding, ...] = ()

    @property
    def is_refused(self) -> bool:
        return any(finding.severity == "error" for finding in self.findings)


@dataclass(slots=True)
class KnownCompanies:
    """The companies that the rows at hand may speak of, found by any of their keys."""

    by_id: dict[str, KnownCompany] = field(default_factory=dict)
    by_uscc: dict[str, KnownCompany] = field(default_factory=dict)
    by_stock: dict[str, list[KnownCompany]] = field(default_factory=dict)
    by_name: dict[str, list[KnownCompany]] = field(default_factory=dict)
    stored_ids: Callable[[str], Iterable[str]] = lambda *_: ()  # the stored ids that begin so

    def add(self, company: KnownCompany) -> None:
        """Make `company` known under its keys, also under those it gained since it was added before."""
        record = company.record
        self.by_id[record.external_id] = company
        if record.uscc:
            self.by_uscc[record.uscc] = company
        for keys, key in ((self.by_stock, record.stock_code), (self.by_name, record.name_key)):
            if key and company not in keys.setdefault(key, []):
                keys[key].append(company)

    def identify(self, record: CompanyRecord, has_own_id: bool, source: str) -> Identity:
        """The company that `record` speaks of; see the module for the order of the keys."""
        of_code = self.by_uscc.get(record.uscc or "")
        of_stock = self._of_stock(record)
        of_id = self.by_id.get(record.external_id) if has_own_id else None
        if of_code and of_stock and of_code is not of_stock:
            return _refused(record, "codes_of_two", other=of_code.shown, second=of_stock.shown)
        if of_code or of_stock:
            return self._by_code(record, of_code, of_stock, of_id)
        if of_id:
            return self._by_number(record, of_id, source)
        return self._by_name(record)

    def _of_stock(self, record: CompanyRecord) -> KnownCompany | None:
        """The company of the stock code, where it is one; 00001 of one exchange is not 00001 of another."""
        found = [
            company
            for company in self.by_stock.get(record.stock_code or "", ())
            if not _differ(record.exchange, company.record.exchange)
        ]
        return found[0] if len(found) == 1 else None

    def _by_code(
        self,
        record: CompanyRecord,
        of_code: KnownCompany | None,
        of_stock: KnownCompany | None,
        of_id: KnownCompany | None,
    ) -> Identity:
        company = of_code or of_stock
        code = record.uscc if of_code else record.stock_code
        if company is None:
            raise ValueError("neither code belongs to a known company")
        is_other = of_code is None and _differ(record.uscc, company.record.uscc)
        if is_other or not (_names_agree(record, company.record) or of_id is company):
            return _refused(
                record, "code_of_another", code=code, other=company.shown, first_row=company.first_row
            )
        return Identity(company, company.record.external_id, _renaming(record, company))

    def _by_number(self, record: CompanyRecord, company: KnownCompany, source: str) -> Identity:
        """A number means the same company within one file or source; another source counts anew."""
        if _names_agree(record, company.record):
            findings = _renaming(record, company)
            if _differ(record.uscc, company.record.uscc):
                params = {"old": company.record.uscc, "new": record.uscc}
                findings = (*findings, Finding("uscc_replaced", params))
            return Identity(company, record.external_id, findings)
        is_same_list = bool(company.first_row) or company.id_source == source
        if (
            is_same_list
            and _names_are_near(record, company.record)
            and not _codes_differ(record, company.record)
        ):
            return Identity(company, record.external_id, _renaming(record, company))
        if is_same_list:
            row = company.first_row
            return _refused(record, "id_twice", id=record.external_id, other=company.shown, first_row=row)
        by_name = self._by_name(record)
        if by_name.company or by_name.is_refused:
            return by_name
        other_id = self._free_id(record.uscc or id_of_name(record.full_name or record.name))
        params = {"id": record.external_id, "other": company.shown, "read": other_id}
        return Identity(None, other_id, (*by_name.findings, Finding("id_taken", params)))

    def _by_name(self, record: CompanyRecord) -> Identity:
        keys = dict.fromkeys([record.name_key, *map(name_key, record.former_names)])
        namesakes = [company for key in keys for company in self.by_name.get(key, ())]
        distinct = list({id(company): company for company in namesakes}.values())
        possible = [company for company in distinct if not _codes_differ(record, company.record)]
        if len(possible) > 1:
            others = ", ".join(company.shown for company in possible[:_SHOWN_COMPANIES])
            return _refused(record, "name_ambiguous", count=len(possible), others=others)
        if possible:
            return Identity(possible[0], possible[0].record.external_id, _renaming(record, possible[0]))
        findings = tuple(Finding("same_name", {"other": company.shown}) for company in distinct[:1])
        return Identity(None, self._free_id(record.external_id), findings)

    def _free_id(self, wanted: str) -> str:
        """`wanted`, or with a counter where another company has it: it once had this name or code."""
        if wanted not in self.by_id:
            return wanted
        taken = {*self.stored_ids(f"{wanted}-"), *self.by_id}
        return next(free for count in itertools.count(2) if (free := f"{wanted}-{count}") not in taken)


def keys_to_look_up(records: Iterable[tuple[CompanyRecord, bool]]) -> dict[str, set[str]]:
    """Column of the company table → values under which the companies of `records` may be stored."""
    keys: dict[str, set[str]] = {"external_id": set(), "uscc": set(), "stock_code": set(), "name_key": set()}
    for record, _ in records:
        made = record.uscc or id_of_name(record.full_name or record.name)
        keys["external_id"].update((record.external_id, made))
        keys["name_key"].update((record.name_key, *map(name_key, record.former_names)))
        if record.uscc:
            keys["uscc"].add(record.uscc)
        if record.stock_code:
            keys["stock_code"].add(record.stock_code)
    return keys


def _refused(record: CompanyRecord, problem: str, **params: object) -> Identity:
    return Identity(None, record.external_id, (Finding(problem, params, "error"),))


def _renaming(record: CompanyRecord, company: KnownCompany) -> tuple[Finding, ...]:
    """Said where a row gives a stored company a new full name; inside one file the first row's name stays."""
    is_new = record.full_name is not None and record.name_key != company.record.name_key
    if not is_new or company.first_row:
        return ()
    return (Finding("renamed", {"other": company.shown, "name": record.full_name}),)


def _differ(one: str | None, other: str | None) -> bool:
    return one is not None and other is not None and one != other


def _codes_differ(record: CompanyRecord, other: CompanyRecord) -> bool:
    return _differ(record.uscc, other.uscc) or _differ(record.stock_code, other.stock_code)


def _names_agree(record: CompanyRecord, other: CompanyRecord) -> bool:
    """Whether two names can be one company's: alike, one within the other, or a former name."""
    keys, others = _keys(record), _keys(other)
    if keys & others or {name_key(name) for name in record.former_names} & others:
        return True
    return any(
        min(len(key), len(known)) >= _SHORTEST_LIKE_NAME and (key in known or known in key)
        for key in keys
        for known in others
    )


def _names_are_near(record: CompanyRecord, other: CompanyRecord) -> bool:
    """Whether one name can be the other after a correction."""
    return SequenceMatcher(None, record.name_key, other.name_key).ratio() > _NEAR_NAMES


def _keys(record: CompanyRecord) -> set[str]:
    return {record.name_key, name_key(record.name)}
