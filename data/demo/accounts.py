"""The sign-ins of the demo, one per role. They exist in a demo store only: nothing else in the product makes them."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from data.access import Grant, Role
from data.demo.deliveries import QUALITY_TEAM, SIMULATOR
from data.demo.programme import HOME_HOSPITAL, HOME_MUNICIPALITY, HOME_REGION
from indicators.words import Words


@dataclass(frozen=True, slots=True)
class SignIn:
    """An account anybody may use in a demo: its role in words, e-mail address and password, which are no secret."""

    role: Words
    email: str
    password: str
    name: str
    title: str
    grants: tuple[Grant, ...]


DEMO_SIGN_INS = MappingProxyType(
    {
        sign_in.email: sign_in
        for sign_in in (
            SignIn(
                Words("Leder, Nordsjællands Hospital", "Leader, Nordsjællands Hospital"),
                "leder@tavle.example",
                "demo-leder-2026",
                "Maja Havreled",
                "Driftschef (DEMO)",
                (Grant(Role.LEADER, unit_code=HOME_HOSPITAL),),
            ),
            SignIn(
                Words("Leder, Hillerød Kommune", "Leader, Hillerød Municipality"),
                "kommune@tavle.example",
                "demo-kommune-2026",
                "Torben Klittofte",
                "Sundhedschef (DEMO)",
                (Grant(Role.LEADER, unit_code=HOME_MUNICIPALITY),),
            ),
            SignIn(
                Words("Kvalitetsteam, Region Hovedstaden", "Quality team, Region Hovedstaden"),
                QUALITY_TEAM,
                "demo-kvalitet-2026",
                "Rikke Mosevænge",
                "Kvalitetskonsulent (DEMO)",
                (Grant(Role.QUALITY_TEAM, unit_code=HOME_REGION),),
            ),
            SignIn(
                Words("Evaluator, alle hold", "Evaluator, all cohorts"),
                "evaluator@tavle.example",
                "demo-evaluator-2026",
                "Jonas Ravstien",
                "Evaluator (DEMO)",
                (Grant(Role.EVALUATOR, names=True, counts=True),),
            ),
            SignIn(
                Words("Administrator", "Administrator"),
                "admin@tavle.example",
                "demo-admin-2026",
                "Lone Pilebro",
                "Systemadministrator (DEMO)",
                (Grant(Role.ADMINISTRATOR),),
            ),
            SignIn(
                Words("Forsker, alle hold uden navne", "Researcher, all cohorts without names"),
                "forsker@tavle.example",
                "demo-forsker-2026",
                "Agnes Birketange",
                "Forsker (DEMO)",
                (Grant(Role.EVALUATOR, names=False, counts=False),),
            ),
        )
    }
)
"""Sign-ins by e-mail address, in the order they are shown."""

SIMULATOR_NAME = Words("Simulerede leveringer (DEMO)", "Simulated deliveries (DEMO)")
"""The account behind deliveries of units without a demo quality team. It is inactive: nobody can sign in as it."""

__all__ = ["DEMO_SIGN_INS", "QUALITY_TEAM", "SIMULATOR", "SIMULATOR_NAME", "SignIn"]
