"""What every answer tells the browser it may do with it.

The content security policy lets scripts in from this server only, inline ones only with the request's nonce. Styles are
stricter than most Dash apps: style elements need the nonce too or come from here; style *attributes* are allowed
(`style-src-attr`), since React components and our own SVG place things with them and they cannot run anything.
See docs/security.md for why each line stands.
"""

from __future__ import annotations

import secrets

from flask import Flask, Response, g, request

FIXED = {
    "X-Content-Type-Options": "nosniff",
    # Same-origin, not none: Flask-WTF compares the referrer with the host on HTTPS.
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
}


def nonce() -> str:
    """The request's own number for inline scripts; made when first asked for."""
    if "tavle_nonce" not in g:
        g.tavle_nonce = secrets.token_urlsafe(16)
    value: str = g.tavle_nonce
    return value


def content_security_policy(number: str) -> str:
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' 'nonce-{number}'",
            f"style-src 'self' 'nonce-{number}'",
            "style-src-attr 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self'",
            "connect-src 'self'",
            "manifest-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


def install(server: Flask) -> None:
    @server.after_request
    def add_headers(response: Response) -> Response:
        for name, value in FIXED.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Content-Security-Policy", content_security_policy(nonce()))
        # Figures of a hospital do not belong in the cache of a shared computer, nor behind "back" after signing out.
        response.headers.setdefault("Cache-Control", "no-store")
        if request.is_secure:
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        return response
