"""What the properties draw from: words of the invented companies, and any text at all."""

from __future__ import annotations

from hypothesis import strategies as st

from matching.records import PASSAGE_FIELDS, CompanyProfile, Filters, Gap, Product, Requirement, Tag
from tests.matching.bases import COMPANIES, COPPER_FOIL

TERMS = sorted(
    {product.name for some in COMPANIES for product in some.products} | {COPPER_FOIL.need, "飞艇", "锆"}
)
PROVINCES = sorted({some.province for some in COMPANIES if some.province})

any_text = st.text(max_size=60)
# Signs and blanks where a text is cut, more often than chance would have them.
prose = st.text(
    alphabet=st.one_of(st.sampled_from("、，。；（）()铜箔阀ＡA· \u3000\n-—:"), st.characters()), max_size=200
)
terms = st.one_of(
    st.sampled_from(TERMS),
    st.builds(
        lambda one, two: one + two, st.sampled_from(TERMS), st.sampled_from(["", "生产", "设备", "贸易"])
    ),
    any_text,
)
levels = st.sampled_from(["must", "should", "must_not"])
facets = st.sampled_from(["product", "process", "technology", "capability", "condition"])

requirements = st.builds(
    Requirement,
    id=st.sampled_from(["R1", "R2", "R3"]),
    text=terms,
    facet=facets,
    level=levels,
    weight=st.floats(0, 5),
    synonyms=st.lists(terms, max_size=2).map(tuple),
)
gaps = st.builds(
    Gap,
    id=st.just("G"),
    # A sure word, so that there is always something to match.
    need=terms.map(lambda term: f"{term}、球阀"),
    requirements=st.lists(requirements, max_size=3).map(tuple),
    title=st.one_of(st.just(""), terms),
    home_province=st.one_of(st.none(), st.sampled_from(PROVINCES)),
)
filters = st.builds(
    Filters,
    provinces=st.lists(st.sampled_from(PROVINCES), max_size=3).map(tuple),
    exclude_provinces=st.lists(st.sampled_from(PROVINCES), max_size=3).map(tuple),
    listed_only=st.booleans(),
    min_employees=st.one_of(st.none(), st.integers(0, 2000)),
    include_delisted=st.booleans(),
)

_numbers = st.floats(allow_nan=False, allow_infinity=False)
profiles = st.builds(
    CompanyProfile,
    id=any_text,
    name=any_text,
    texts=st.dictionaries(st.sampled_from(PASSAGE_FIELDS), any_text),
    products=st.lists(
        st.builds(
            Product,
            any_text,
            st.one_of(st.none(), _numbers),
            st.one_of(st.none(), st.integers(1900, 2100)),
        ),
        max_size=3,
    ).map(tuple),
    full_name=any_text,
    province=st.one_of(st.none(), any_text),
    city=st.one_of(st.none(), any_text),
    industry=st.one_of(st.none(), any_text),
    stock_code=st.one_of(st.none(), any_text),
    uscc=st.one_of(st.none(), any_text),
    status=st.one_of(st.none(), any_text),
    ownership=any_text,
    employees=st.one_of(st.none(), st.integers(0, 10**7)),
    listed_on=st.one_of(st.none(), st.dates()),
    founded_on=st.one_of(st.none(), st.dates()),
    reg_capital_wan=st.one_of(st.none(), _numbers),
    data_year=st.one_of(st.none(), st.integers(1900, 2100)),
    tags=st.lists(st.builds(Tag, any_text, st.one_of(st.none(), st.dates())), max_size=3).map(tuple),
)
