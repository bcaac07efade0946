"""What a decision leaves behind: the page of its line, and its signed certificate.

Belongs here: showing a recorded line with the head of the ledger, whether its table is released, the file.
Does not belong here: taking a decision (decision_page.py), what a certificate says (certificates).
"""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from expert_panels.ledger import record as ledger
from expert_panels.ledger.gate_state import OF_THE_PIPELINE
from expert_panels.room.pages.base import page, room_of
from expert_panels.room.pages.before import before
from expert_panels.room.pages.board import is_reader


def decision_line(request: Request) -> Response:
    """Show a line of this gate's record: what was decided, of what, and the state of the gate now."""
    found = before(request)
    wanted = request.path_params["seq"]
    line = next((one for one in found.lines if one.seq == wanted), None)
    if line is None:
        raise HTTPException(404, f"Line {wanted} is not about this gate.")
    released = found.room.released(found.lane, found.partition_key)
    is_out = bool(line.subject_sha256) and released.get(found.terms.panel) == line.subject_sha256
    return page(request, "decided.html", found=found, line=line, is_out=is_out)


def certificate_file(request: Request) -> Response:
    """Hand out the signed certificate of a decision to those who may see what was submitted to its panel."""
    here, seq, email = room_of(request), request.path_params["seq"], request.state.person.email
    # a number that no database takes is the number of no line
    lines = ledger.lines(here.engine, after=seq - 1) if seq < 2**31 else []
    line = next((one for one in lines if one.seq == seq), None)
    terms = here.terms().get(line.panel) if line else None
    if line is None or terms is None or line.decision in OF_THE_PIPELINE:
        raise HTTPException(404, f"Line {seq} is no decision.")
    if not is_reader(terms, email, here.clock()):
        raise HTTPException(403, f"The decisions of the {terms.title} are for its members; {email} is none.")
    named = {
        "Content-Disposition": f'attachment; filename="line-{seq}.dsse.json"',
        "Cache-Control": "no-store",
    }
    return Response(here.candidates.certificate(line), media_type="application/json", headers=named)
