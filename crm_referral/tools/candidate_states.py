"""The states of a candidate, and how one leads to another."""

STATES = [
    ("suggested", "Suggested"),
    ("agreed", "Agreed"),
    ("introduced", "Introduced"),
    ("contacted", "Contacted"),
    ("converted", "Converted"),
    ("declined", "Declined"),
    ("unfit", "Unfit"),
    ("objected", "Objected"),
]
# Introduction first: nobody is contacted, and no lead is made, before the introduction.
NEXT_STATES = {
    "suggested": {"agreed", "declined", "unfit", "objected"},
    "agreed": {"introduced", "suggested", "declined", "unfit", "objected"},
    "introduced": {
        "contacted",
        "converted",
        "agreed",
        "declined",
        "unfit",
        "objected",
    },
    "contacted": {"converted", "introduced", "declined", "unfit", "objected"},
    "converted": {"introduced", "contacted", "objected"},
    "declined": {"suggested", "agreed", "unfit", "objected"},
    "unfit": {"suggested", "agreed", "declined", "objected"},
    "objected": set(),
}
GOING_ON_STATES = ("suggested", "agreed", "introduced", "contacted")
PROMISING_STATES = ("agreed", "introduced", "contacted", "converted")
ENDED_WITHOUT_LEAD_STATES = ("declined", "unfit", "objected")
# The date without which nobody is in the state.
DATE_OF_STATE = {"introduced": "introduced_on", "contacted": "contacted_on"}
# What has not happened after all has no date, else it would still count.
UNDONE_DATES = {
    "suggested": ("introduced_on", "contacted_on"),
    "agreed": ("introduced_on", "contacted_on"),
    "introduced": ("contacted_on",),
}


def state_before(state: str, introduced: bool, contacted: bool) -> str | None:
    """Where somebody was before the last step; None if nowhere.

    >>> state_before("agreed", introduced=False, contacted=False)
    'suggested'
    >>> state_before("unfit", introduced=True, contacted=False)
    'introduced'
    """
    if state in ("declined", "unfit"):
        if contacted:
            return "contacted"
        return "introduced" if introduced else "suggested"
    return {
        "agreed": "suggested",
        "introduced": "agreed",
        "contacted": "introduced",
    }.get(state)


def next_states(
    state: str, introduced: bool, contacted: bool, has_lead: bool
) -> set[str]:
    """The states to which somebody can come from their own.

    >>> next_states("converted", introduced=True, contacted=True, has_lead=True)
    {'objected'}
    """
    if state == "converted" and has_lead:
        return {"objected"}
    following = NEXT_STATES[state]
    if state in ("declined", "unfit"):  # what has happened has happened
        return following | {state_before(state, introduced, contacted)}
    return following
