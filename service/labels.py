"""From the engine's codes to words, in both languages: the only place where sentences are made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matching.records import Candidate, Remark
from service.i18n import mark, translate

SIGNAL_LABELS = {
    "requirement_coverage": mark("Requirements covered"),
    "core_business": mark("Core business"),
    "main_business": mark("Share of business"),
    "title_agreement": mark("Agreement with the title"),
    "agreeing_fields": mark("Places that agree"),
    "word_agreement": mark("Agreement in words"),
    "nearest_words": mark("Words beside the nearest"),
    "overall_similarity": mark("Likeness as a whole"),
    "industry_peers": mark("Peers of the industry"),
    "excluded_product": mark("Excluded product"),
    "unheard_need": mark("Asked, but named by nobody"),
}
SIGNAL_MEANINGS = {
    "requirement_coverage": mark(
        "How much of the whole gap the company covers, by the weights of the requirements."
    ),
    "core_business": mark("Whether what is sought is the company's main product and business, or marginal."),
    "main_business": mark(
        "The part of the company's products, by revenue, that agrees; without shares by their order."
    ),
    "title_agreement": mark(
        "How surely the company does what the gap's title names, beside those of the base that do it most."
    ),
    "agreeing_fields": mark(
        "In how many places (products, introduction, industry, name) the company names what is sought."
    ),
    "word_agreement": mark("How much of the need's words, weighed by rarity, the company's text holds."),
    "nearest_words": mark(
        "How much of the need's words the company's text holds, beside the ten companies nearest in words."
    ),
    "overall_similarity": mark("Likeness in meaning between the need and everything the company says."),
    "industry_peers": mark(
        "How many of the companies nearest to the need are of the company's own industry."
    ),
    "excluded_product": mark("The company names what this gap excludes and makes nothing that is wanted."),
    "unheard_need": mark(
        "No company of the base names what is asked as a whole; the same for all, it changes no order."
    ),
}
# Rows that only a list of hidden suppliers has.
ADVANTAGE_LABELS = {
    "text_advantage": mark("Less for a longer text"),
    "size_advantage": mark("Less for size"),
}
ADVANTAGE_MEANINGS = {
    "text_advantage": mark("Takes away what a company gains by saying more than the median of the base."),
    "size_advantage": mark("Takes away what a company gains by more employees than the median of the base."),
}
STATUS_LABELS = {
    "met": mark("met"),
    "partial": mark("partly met"),
    "unmet": mark("not met"),
    "unknown": mark("not known"),
}
STATUS_MARKS = {"met": "●", "partial": "◐", "unmet": "○", "unknown": "?"}
VERDICT_LABELS = {
    "suitable": mark("suitable"),
    "partly": mark("suits in part"),
    "unsuitable": mark("unsuitable"),
}
LEVEL_LABELS = {"must": mark("core"), "should": mark("adds"), "must_not": mark("excluded")}
FACET_LABELS = {
    "product": mark("product"),
    "process": mark("process"),
    "technology": mark("technology"),
    "capability": mark("capability"),
    "condition": mark("condition"),
}
KIND_LABELS = {
    "fill": mark("fill"),
    "strengthen": mark("strengthen"),
    "extend": mark("extend"),
    "supporting": mark("supporting industry"),
    "talent": mark("talent and technology"),
}
POSITION_LABELS = {
    "upstream": mark("upstream"),
    "midstream": mark("midstream"),
    "downstream": mark("downstream"),
    "supporting": mark("supporting"),
}
SEVERITY_LABELS = {
    "missing": mark("missing"),
    "weak": mark("weak"),
    "single_source": mark("single source"),
    "capacity_short": mark("capacity short"),
}
GAP_STATUS_LABELS = {
    "draft": mark("draft"),
    "in_review": mark("in review"),
    "published": mark("Published"),
    "archived": mark("Archived"),
}
GAP_FIELD_LABELS = {
    "title": mark("Title"),
    "title_en": mark("English title"),
    "kind": mark("Kind of gap"),
    "link": mark("Link"),
    "links": mark("Links"),
    "severity": mark("Present state"),
    "need": mark("Need"),
    "note": mark("Note"),
    "anchors": mark("Local anchor enterprises"),
    "sites": mark("Sites"),
    "industry_codes": mark("Industry codes"),
    "refs": mark("Policy references"),
    "requirements": mark("Requirements"),
    "text": mark("Text"),
    "facet": mark("Facet"),
    "level": mark("Level"),
    "weight": mark("Weight"),
    "synonyms": mark("Synonyms"),
    "name": mark("Name"),
    "name_en": mark("English name"),
    "document": mark("Policy document"),
    "summary": mark("Summary"),
    "target": mark("Target"),
    "why": mark("Reason or source"),
    "names": mark("Names"),
    "same": mark("Names"),
    "mode": mark("Effect"),
}
GAP_PROBLEM_SEVERITIES = {"error": mark("error"), "warning": mark("warning")}
GAP_PROBLEM_LABELS = {
    "invalid_profile": mark("not complete"),
    "no_policy_reference": mark("no policy reference"),
    "quote_not_literal": mark("quote not literal"),
    "quote_not_found": mark("quote not found"),
    "no_must": mark("no core requirement"),
    "excludes_wanted": mark("excludes what is wanted"),
    "too_broad": mark("too broad"),
    "unknown_term": mark("unknown term"),
    "no_company": mark("met by nobody"),
    "duplicate": mark("duplicate"),
    "overlap": mark("overlap"),
}
FIELD_LABELS = {
    "product_names": mark("Products"),
    "main_business": mark("Main business"),
    "products_text": mark("Products in words"),
    "business_scope": mark("Business scope"),
    "description": mark("Introduction"),
    "technologies": mark("Technologies"),
    "industry": mark("Industry"),
    "full_name": mark("Full name"),
    "name": mark("Short name"),
    "id": mark("Number in the source"),
    "uscc": mark("Unified social credit code"),
    "stock_code": mark("Stock code"),
    "exchange": mark("Exchange"),
    "listed_on": mark("Listed on"),
    "founded_on": mark("Founded on"),
    "province": mark("Province"),
    "city": mark("City"),
    "employees": mark("Employees"),
    "reg_capital_wan": mark("Registered capital (10,000 yuan)"),
    "ownership": mark("Ownership"),
    "status": mark("Status"),
    "data_year": mark("Year of the data"),
}
CAUTION_LABELS = {
    "in_home_province": mark("already in the province"),
    "delisted": mark("delisted"),
    "special_treatment": mark("ST stock"),
    "stale_data": mark("old data"),
    "excluded_product": mark("excluded product"),
    "relation_equips": mark("equipment, not the product"),
    "relation_trades": mark("trade, not making"),
    "relation_serves": mark("service, not making"),
    "small_share": mark("small line"),
}
CAUTIONS = {
    "in_home_province": mark(
        "The company is already in {province}: this would not bring in an outside company."
    ),
    "delisted": mark("The company is delisted; check whether it still operates."),
    "special_treatment": mark("The stock is under special treatment ({name}): check its finances first."),
    "stale_data": mark("The facts are from {year}: confirm them before approaching the company."),
    "excluded_product": mark("It names “{quote}”, which this gap excludes ({requirement})."),
    "relation_equips": mark("“{quote}” names equipment or parts, not {requirement} itself."),
    "relation_trades": mark("“{quote}” names trade; whether it makes {requirement} is not stated."),
    "relation_serves": mark(
        "“{quote}” names a service around it; whether it makes {requirement} is not stated."
    ),
    "small_share": mark("“{product}” is only {share} of revenue."),
}
QUESTIONS = {
    "requirement": mark("Does the company have “{requirement}”? Its text does not say."),
    "grade": mark("“{requirement}”: is “{quote}” of the kind “{words}”? Its text does not say."),
    "revenue_share": mark("What share of revenue does “{product}” have?"),
    "uscc": mark("What is its unified social credit code?"),
    "ownership": mark("Is it private, state-owned or foreign-owned?"),
    "employees": mark("How many employees does it have?"),
    "province": mark("In which province is it registered?"),
    "introduction": mark(
        "The base holds product names only: what do its introduction and business scope say?"
    ),
    "products": mark("Which products does it make? The base names none."),
    "product_names": mark("What are its products called, one by one?"),
    "products_text": mark("How does it describe its products?"),
    "main_business": mark("What is its main business?"),
    "business_scope": mark("What does its registered business scope say?"),
    "description": mark("How does it introduce itself?"),
    "technologies": mark("Which technologies, patents or processes does it hold?"),
    "revenue_shares": mark("What shares of revenue do its other products have ({count} not stated)?"),
    "industry": mark("To which industry does it belong?"),
    "city": mark("In which city is it?"),
    "full_name": mark("What is its full registered name?"),
    "status": mark("Is it registered and operating normally?"),
    "listing": mark("Is it listed? If so, where and since when?"),
    "stock_code": mark("What is its stock code, if it is still listed?"),
    "listed_on": mark("Since when is it listed?"),
    "founded_on": mark("When was it founded?"),
    "reg_capital_wan": mark("What is its registered capital?"),
    "tags": mark("Which qualifications and honours does it hold, until when?"),
    "data_year": mark("From which year are these facts?"),
    "expansion_plan": mark("Does it plan to expand or invest elsewhere in the near future?"),
}


# What is asked about a requirement depends on what it is.
FACET_QUESTIONS = {
    "product": mark("Does it make “{requirement}” itself, and at what capacity? Its text does not say."),
    "process": mark("Does it run “{requirement}” in its own works? Its text does not say."),
    "technology": mark(
        "Does it hold the technology “{requirement}”, with which patents or projects? Its text does not say."
    ),
    "capability": mark(
        "Does it reach “{requirement}”, by which measurement or certificate? Its text does not say."
    ),
    "condition": mark("Is “{requirement}” true of it, by which orders or customers? Its text does not say."),
}


def caution_sentence(language: str, remark: Remark) -> str:
    """A caution in words."""
    return translate(language, CAUTIONS[remark.code], **_readable(remark.params))


def question_sentence(language: str, remark: Remark) -> str:
    """Something not known, as the question to ask."""
    question = QUESTIONS[remark.code]
    if remark.code == "requirement":
        question = FACET_QUESTIONS.get(remark.params.get("facet", ""), question)
    return translate(language, question, **_readable(remark.params))


def summary_sentence(language: str, candidate: Candidate) -> str:
    """One sentence: what the company makes that fits, how much of it, how many requirements it meets."""
    musts = [row for row in candidate.requirements if row.level == "must"]
    met = [row for row in musts if row.status == "met"]
    partial = [row for row in musts if row.status == "partial"]
    rows = sorted(met or partial, key=lambda row: -row.match_0_1)
    if not rows:
        return translate(
            language,
            mark("No core requirement is met by what {name} says of itself."),
            name=candidate.company.name,
        )
    row, quote = rows[0], rows[0].evidence[0]
    values: dict[str, Any] = {
        "name": candidate.company.name,
        "quote": quote.quote,
        "requirement": row.text,
        "met": len(met),
        "partial": len(partial),
        "all": len(musts),
    }
    if not met:
        text = mark(
            "{name} names “{quote}”, which comes near “{requirement}”; "
            "none of {all} core requirements is met for sure."
        )
    elif quote.revenue_share is not None:
        values["share"] = percent(quote.revenue_share)
        text = mark(
            "{name} makes “{quote}” ({share} of revenue), which meets “{requirement}”; "
            "{met} of {all} core requirements met."
        )
    else:
        text = mark(
            "{name} names “{quote}”, which meets “{requirement}”; {met} of {all} core requirements met."
        )
    return translate(language, text, **values)


def percent(share_0_1: float) -> str:
    """A share as people read it: 56%, below one in a hundred with one decimal, never 0% of something."""
    value = share_0_1 * 100
    if value >= 1:
        return f"{value:.0f}%"
    return "<0.1%" if 0 < value < 0.05 else f"{value:.1f}%"


def _readable(params: Mapping[str, Any]) -> dict[str, Any]:
    return {name: percent(value) if name == "share" else value for name, value in params.items()}
