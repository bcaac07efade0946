"""Notices by mail: one message a recipient, over SMTP.

Belongs here: the message as mail, the conversation with the server, what its answers mean.
Does not belong here: retries (outbox.py, delivery.py).
"""

import smtplib
import ssl
from contextlib import suppress
from email.message import EmailMessage
from email.utils import format_datetime

from expert_panels.notices.delivery import Never, NotNow
from expert_panels.notices.outbox import Message
from expert_panels.settings import MailServer

SECONDS = 10.0
"""How long each step of the conversation may take."""

CERTIFICATE = "certificate.dsse.json"
"""Under which name a certificate is attached."""


class Mail:
    """Hands messages to the SMTP server of the settings, each in its own conversation."""

    def __init__(self, server: MailServer, password: str = "", seconds: float = SECONDS) -> None:
        self._server, self._password, self._seconds = server, password, seconds

    def send(self, message: Message) -> None:
        """Hand a message over. Raises Never when the server refuses its recipient for good, else NotNow."""
        server = self._server
        try:
            conversation = smtplib.SMTP(server.host, server.port, timeout=self._seconds)
        except (OSError, smtplib.SMTPException) as fault:
            raise NotNow(f"The mail server cannot be reached: {fault}", channel_is_down=True) from fault
        try:
            if server.starttls:
                conversation.starttls(context=ssl.create_default_context())
            if server.user:
                conversation.login(server.user, self._password)
            conversation.send_message(mail_of(message, server.sender))
        except smtplib.SMTPRecipientsRefused as fault:
            code, said = next(iter(fault.recipients.values()))
            why = f"{message.recipient}: {code} {said.decode('utf-8', 'replace')}"
            raise Never(why) if code >= 500 else NotNow(why, channel_is_down=False) from fault
        except smtplib.SMTPDataError as fault:
            raise NotNow(f"The mail server did not take the mail: {fault}", channel_is_down=False) from fault
        except (OSError, smtplib.SMTPException) as fault:
            raise NotNow(f"The mail server cannot be used: {fault}", channel_is_down=True) from fault
        finally:
            # It is accepted or it is not; waiting for the answer to QUIT would only put off saying so.
            with suppress(OSError, smtplib.SMTPException):
                conversation.putcmd("QUIT")
            conversation.close()


def mail_of(message: Message, sender: str) -> EmailMessage:
    """Return a message as mail; handed over twice, it is the same mail with the same Message-ID."""
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = message.recipient
    mail["Subject"] = message.subject
    mail["Date"] = format_datetime(message.happened_at)
    mail["Message-ID"] = f"<{message.id}@{sender.partition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"  # so that no absence notice answers it
    mail.set_content(message.text)
    if message.attachment:
        content = message.attachment.encode("utf-8")
        mail.add_attachment(content, maintype="application", subtype="json", filename=CERTIFICATE)
        mail.set_boundary(message.id)
    return mail
