"""Report: a training run as one page; needs the extra ``report``."""

from xpnet.report.page import check_report, write_report

__all__ = ["check_report", "write_report"]
