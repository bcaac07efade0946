"""What an indicator's numerator counts, in the words of a sentence: `11 more people treated within 62 days`.

Belongs here: words alone, for the indicators of the panels' areas whose figures are counts.
Does not belong here: anything that is reckoned with; what an indicator is, the edition says.
"""

_ONE_AND_MANY = {
    "101a": ("mother smoking at delivery", "mothers smoking at delivery"),
    "103a": ("person meeting all treatment targets", "people meeting all treatment targets"),
    "103b": ("person attending structured education", "people attending structured education"),
    "122a": ("cancer diagnosed at stage 1 or 2", "cancers diagnosed at stage 1 or 2"),
    "122b": ("person first treated within 62 days", "people first treated within 62 days"),
    "123a": ("person recovering", "people recovering"),
    "123b": ("person starting treatment within 2 weeks", "people starting treatment within 2 weeks"),
    "124a": ("inpatient", "inpatients"),
    "124b": ("person having a health check", "people having a health check"),
    "125a": ("stillbirth or neonatal death", "stillbirths and neonatal deaths"),
    "126a": ("person diagnosed with dementia", "people diagnosed with dementia"),
    "126b": ("care plan reviewed", "care plans reviewed"),
}


def units(code: str, events: int) -> str:
    """Return so many events, more or fewer by their sign: `11 more people …`, `1 fewer inpatient`."""
    one, many = _ONE_AND_MANY.get(code, ("in the numerator", "in the numerator"))
    return f"{abs(events):,} {'more' if events > 0 else 'fewer'} {one if abs(events) == 1 else many}"
