"""Notices by webhook: each event once, posted as JSON.

Belongs here: the request, its signature and its key, what the answer means.
Does not belong here: retries (outbox.py, delivery.py).
"""

import hashlib
import hmac
import json

import httpx

from expert_panels.notices.delivery import NotNow
from expert_panels.notices.outbox import Message

SECONDS = 10.0
"""How long each step of the request may take."""

SIGNATURE = "X-Room-Signature"
"""The header with the HMAC-SHA256 of the body under the shared secret, as `sha256=…`."""


class Hook:
    """Posts messages to an address. `Idempotency-Key` is the same whenever a message is posted again."""

    def __init__(self, url: str, secret: str, seconds: float = SECONDS) -> None:
        self._url, self._secret = url, secret.encode("utf-8")
        self._client = httpx.Client(timeout=seconds, follow_redirects=False)

    def send(self, message: Message) -> None:
        """Post a message. Raises NotNow for any answer but success."""
        told = {
            "id": message.id,
            "event": message.kind,
            "at": message.happened_at.isoformat(),
            "subject": message.subject,
            "text": message.text,
            "link": message.link,
        }
        body = json.dumps(told, ensure_ascii=False).encode("utf-8")
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": message.id,
            SIGNATURE: f"sha256={hmac.new(self._secret, body, hashlib.sha256).hexdigest()}",
        }
        try:
            # the answer's body is not read: it could be without end
            with self._client.stream("POST", self._url, content=body, headers=headers) as answer:
                status = answer.status_code
        except httpx.HTTPError as fault:
            said = str(fault) or type(fault).__name__
            raise NotNow(f"The webhook cannot be reached: {said}", channel_is_down=True) from fault
        if not 200 <= status < 300:
            raise NotNow(f"The webhook answered {status}.", channel_is_down=status >= 500)
