"""The demo programme: four cohorts of invented leaders at real places, with simulated figures. See docs/demo.md."""

from data.demo.accounts import DEMO_SIGN_INS, SignIn
from data.demo.builder import DEMO_SEED, DemoSummary, NotEmptyError, build
from data.demo.truths import TruthNotFoundError

__all__ = ["DEMO_SEED", "DEMO_SIGN_INS", "DemoSummary", "NotEmptyError", "SignIn", "TruthNotFoundError", "build"]
