"""BE SURE checklists: how agents saw a conversation, and how a reviewer did."""

from .kinds import Checklist

CHECKLISTS = [
    # Marc listens better from month to month.
    Checklist(
        *("demo", "miriam", "dental", 156, "yyyyypyyyypp", "ypypnpnppypn"),
        ((11, "process", "Credit notes wait for the end of the month."),),
    ),
    Checklist("demo", "miriam", "printing", 124, "yyyyyyypyyyp", "yypyppnpyyyp"),
    Checklist(
        *("demo", "miriam", "boatyard", 112, "yyyypyyyyyyp", "ypyypppyyypp"),
        is_about_request=True,
    ),
    Checklist(
        *("demo", "miriam", "accountants", 86, "yyyyyyyyyyyp", "yyyyppyyyyyp"),
        is_about_request=True,
    ),
    Checklist(
        *("demo", "miriam", "printing", 53, "yyyyyyyxyyyy", "yyyyypyxyppn"),
        ((11, "roles", "Nobody could say who may agree to a special price."),),
    ),
    Checklist(
        *("demo", "miriam", "dental", 18, "yyyyyypyyyyp", "yyyyyyyyyypy"),
        coaching=(
            *("empowered", "Practise: promise a date, not a maybe", -9),
            "Answers that need a decision were passed on without a date.",
        ),
    ),
    # Aisha is asked for help, and gives it before that.
    Checklist("aisha", "helen", "florist", 128, "yyyyyyyyyyyy", "yyyyypyyyyyy"),
    Checklist("aisha", "helen", "kitchens", 113, "yypynnyyypyp", "yppynnyyypyn"),
    Checklist("aisha", "helen", "bakery", 96, "yyyypyyyyyyy", "yyyyyyyyyyyp"),
    Checklist("aisha", "helen", "foods", 66, "yyypyyyyyypy", "yyypyypyyyyy"),
    Checklist(
        *("aisha", "helen", "music", 48, "yyyyyyxyyyyp", "yynyypnypyyp"),
        dispute="There was no disappointment to take seriously: the parents' evening "
        "went better than planned.",
        settled="The minutes of the evening confirm it.",
    ),
    Checklist("aisha", "helen", "kitchens", 31, "yyyyyyyyyyyp", "yyyyyyyyyyyy"),
    Checklist("aisha", "helen", "tea", 3, "yypyyyyypyyp", is_about_request=True),
    # Helen knows much, and sometimes says it before the customer has ended.
    Checklist("helen", "miriam", "opticians", 224, "yyyyyyyyyyyy", "yyypppyynpyy"),
    Checklist(
        *("helen", "miriam", "brewery", 186, "yyyyyyypyyyy", "yyyyypypppyy"),
        is_about_request=True,
    ),
    Checklist("helen", "miriam", "nursery", 149, "yyyyyyyyyyyy", "yyyyyyyyppyy"),
    Checklist(
        *("helen", "miriam", "pharmacy", 92, "yyyypyyyyyyy", "yyyyyyyyypyy"),
        is_about_request=True,
    ),
    Checklist(
        *("helen", "miriam", "climbing", 41, "yyyyyyyyyyyy", "yyyyyyypypyy"),
        coaching=(
            *("respects", "Count to three before an answer", 4),
            "Twice the customer was interrupted with the right solution.",
        ),
    ),
    Checklist(
        *("helen", "miriam", "joinery", 12, "yyyyyyyyyyyy", "yyyyyyypypyy"),
        is_noted=False,
    ),
    # Yi-Chun began cautiously, and decides more by now.
    Checklist(
        *("yichun", "miriam", "restaurant", 204, "ypppyypypypp", "yppnyyppyypn"),
        ((11, "roles", "She did not know that she may give a month free of charge."),),
    ),
    Checklist("yichun", "miriam", "bicycle", 171, "yyppyypyyypp", "yypyyypyyypp"),
    Checklist(
        *("yichun", "miriam", "restaurant", 118, "pnpypyppyynn", "pnyyyyppyynn"),
        (
            (1, "process", "Nobody may be called on a Saturday evening."),
            (10, "roles", "Only support may start the system again."),
            (11, "external", "There is no second shift."),
        ),
    ),
    Checklist("yichun", "miriam", "clinic", 88, "yyyyyypyyypp", "yyyyyyyyyypy"),
    Checklist(
        *("yichun", "miriam", "spa", 57, "yyyyyyyyyyyp", "yyyyyyyyyyyy"),
        is_about_request=True,
    ),
    Checklist(
        *("yichun", "helen", "machines", 16, "yyyypyyyyyyy", "yyyppyynyypy"),
        dispute="The customer asked for a guess, and I said that it was one.",
    ),
]
