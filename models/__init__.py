"""Tables of LianZhao. SQLAlchemy only: no engine code, no Flask. Importing it registers every table."""

from models.account import ApiToken, LoginAttempt, User, UserSession
from models.audit import AuditEntry
from models.base import Base, utc_now
from models.chain import Anchor, Chain, ChainLink, ChainLinkFeed, Site
from models.company import (
    Company,
    CompanyPassage,
    CompanyProduct,
    CompanyProvenance,
    CompanySearchKey,
    CompanyTag,
)
from models.gap import Gap, GapRequirement, GapVersion
from models.import_batch import ImportBatch, ImportIssue
from models.index_release import IndexRelease
from models.match_run import MatchCandidate, MatchRun
from models.workbench import GapCoverage, SavedSearch

__all__ = [
    "Anchor", "ApiToken", "AuditEntry", "Base", "Chain", "ChainLink", "ChainLinkFeed", "Company",
    "CompanyPassage", "CompanyProduct", "CompanyProvenance", "CompanySearchKey", "CompanyTag", "Gap",
    "GapCoverage", "GapRequirement", "GapVersion", "ImportBatch", "ImportIssue", "IndexRelease",
    "LoginAttempt", "MatchCandidate", "MatchRun", "SavedSearch", "Site", "User", "UserSession", "utc_now",
]  # fmt: skip
