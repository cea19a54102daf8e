"""Report on a pair: all measurements in one file to share, which needs no server, network or other file."""

from fp16core.report.document import report_document
from fp16core.report.findings import PROPAGATION_IMAGES, Findings, gather_findings
from fp16core.report.page import make_report
from fp16core.report.rendering import Report
from fp16core.report.source import Source, dataset_name

__all__ = [
    "PROPAGATION_IMAGES",
    "Findings",
    "Report",
    "Source",
    "dataset_name",
    "gather_findings",
    "make_report",
    "report_document",
]
