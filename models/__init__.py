"""Tables of LianZhao. SQLAlchemy only: no engine code, no Flask. Importing it registers every table."""

from models.account import ApiToken, LoginAttempt, User, UserSession
from models.audit import AuditEntry
from models.base import Base, utc_now
from models.chain import Anchor, Chain, ChainLink, ChainLinkFeed, Site
from models.company import Company, CompanyPassage, CompanyProduct, CompanyProvenance, CompanyTag
from models.compliance_exception import ComplianceException
from models.dictionary_entry import DictionaryEntry
from models.gap import Gap, GapRequirement, GapVersion
from models.import_batch import ImportBatch, ImportIssue
from models.import_upload import ImportChange, ImportUpload
from models.index_release import IndexRelease
from models.job import Job
from models.match_run import MatchCandidate, MatchRun
from models.policy_draft import PolicyDraft, PolicyDraftItem

__all__ = [
    "Anchor", "ApiToken", "AuditEntry", "Base", "Chain", "ChainLink", "ChainLinkFeed", "Company",
    "CompanyPassage", "CompanyProduct", "CompanyProvenance", "CompanyTag", "ComplianceException",
    "DictionaryEntry", "Gap", "GapRequirement", "GapVersion", "ImportBatch", "ImportChange", "ImportIssue",
    "ImportUpload", "IndexRelease", "Job", "LoginAttempt", "MatchCandidate", "MatchRun", "PolicyDraft",
    "PolicyDraftItem", "Site", "User", "UserSession", "utc_now",
]  # fmt: skip
