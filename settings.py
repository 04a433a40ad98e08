"""Everything that can be set from outside, read once by `app.py` and `commands.py` and handed down as values."""

from __future__ import annotations

import re
import secrets
from datetime import UTC, date, datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from functools import cached_property
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent


class Settings(BaseSettings):
    """Each setting is an environment variable `TAVLE_<NAME>`; docs/operations.md lists them all."""

    model_config = SettingsConfigDict(env_prefix="TAVLE_", extra="ignore")

    var: Path = Field(
        default=ROOT / "var", description="Folder for files made at run time: store, keys, static copies, outbox."
    )
    database_url: str = Field(default="", description="Where the store is; empty: a DuckDB file in the var folder.")
    mode: Literal["production", "demo"] = Field(
        default="production", description="demo: simulated data, fixed date, demo sign-ins."
    )
    today: date | None = Field(default=None, description="Pretend that this is today's date (demo and tests).")
    host: str = Field(default="127.0.0.1", description="Address the server listens on.")
    port: int = Field(default=8050, ge=1, le=65535, description="Port the server listens on.")
    secret_key: str = Field(
        default="", description="Key that signs sessions; empty: one is made and kept in the var folder."
    )
    upload_limit_mb: float = Field(default=20, gt=0, description="Largest delivery file, in megabytes.")
    upload_row_limit: int = Field(default=200_000, ge=1, description="Most rows in one delivery file.")
    small_number: int = Field(
        default=5, ge=0, description="Numerators and complements below this are hidden outside one's own units."
    )
    session_minutes: int = Field(default=480, ge=1, description="Minutes without activity until a session ends.")
    delivery_deadline_day: int = Field(
        default=10, ge=1, le=28, description="Day of the following month on which a month must be delivered."
    )
    timezone: str = Field(default="Europe/Copenhagen", description="Time zone of dates and times on screen.")
    secure_cookies: bool = Field(
        default=False, description="Send cookies over HTTPS only; set it when TLS stands in front."
    )
    proxies: int = Field(
        default=0, ge=0, description="Reverse proxies in front whose X-Forwarded headers are believed; 0: none."
    )
    sign_in_attempts: str = Field(
        default="5 per minute; 30 per hour", description="Failed sign-ins allowed per address and account."
    )

    mail_from: str = Field(default="tavle@localhost", description="Address that outgoing mail is sent from.")
    public_url: str = Field(
        default="",
        description="Address at which people reach the board, for links in mails and from the API; empty: unknown.",
    )

    accessibility_contact: str = Field(
        default="",
        max_length=200,
        description="Where the accessibility statement tells readers to write: a mail address or a web address.",
    )
    accessibility_phone: str = Field(
        default="",
        max_length=200,
        description="The telephone number of the accessibility statement; the rules ask for one.",
    )
    accessibility_owner: str = Field(
        default="", max_length=200, description="The authority whose accessibility statement it is."
    )
    accessibility_statement: str = Field(
        default="",
        max_length=200,
        description="Where the statement is published (https://was.digst.dk/...), for /was; empty: the draft.",
    )

    @field_validator("accessibility_statement")
    @classmethod
    def _is_a_web_address(cls, address: str) -> str:
        if address and not re.fullmatch(r"https?://[^\s\"'<>]+", address):
            raise ValueError("write a whole address, such as https://was.digst.dk/tavle-hospital-dk")
        return address

    @field_validator("mail_from")
    @classmethod
    def _is_an_address(cls, address: str) -> str:
        try:
            found = Address(addr_spec=address)
        except (ValueError, HeaderParseError, IndexError) as error:
            raise ValueError("write one address, such as tavle@hospital.example") from error
        if not found.username or not found.domain or not address.isprintable():
            raise ValueError("write one address, such as tavle@hospital.example")
        return address

    @field_validator("public_url")
    @classmethod
    def _is_a_public_address(cls, address: str) -> str:
        if address and not re.fullmatch(r"https?://[^\s/?#@\"<>]+/?", address):
            raise ValueError("write scheme and host without a path, such as https://tavle.hospital.example")
        return address.rstrip("/")

    @field_validator("timezone")
    @classmethod
    def _is_a_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError("there is no such time zone; Europe/Copenhagen is one") from error
        return name

    @cached_property
    def store_url(self) -> str:
        if self.database_url:
            return self.database_url
        return f"duckdb:///{self.var / ('demo.duckdb' if self.mode == 'demo' else 'tavle.duckdb')}"

    def signing_key(self) -> str:
        """The session key: the one that is set, else one made once and readable by this machine's user only."""
        if self.secret_key:
            return self.secret_key
        path = self.var / "secret.key"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            path.write_text(secrets.token_hex(32), encoding="ascii")
        return path.read_text(encoding="ascii").strip()

    def current_day(self) -> date:
        return self.today or datetime.now(ZoneInfo(self.timezone)).date()

    def current_moment(self) -> datetime:
        """This moment in UTC without a zone, as the store keeps it; on a pretended day, that day at this time of day.

        A store that lives on a fixed day must also record on it, else "as of" would mix two calendars.
        """
        moment = datetime.now(ZoneInfo(self.timezone))
        if self.today:
            moment = datetime.combine(self.today, moment.time(), ZoneInfo(self.timezone))
        return moment.astimezone(UTC).replace(tzinfo=None)
