"""What customers and colleagues said in PRIDE rounds, and what followed from it."""

from .kinds import Action, Round

ROUNDS = [
    # Marc's customers
    Round(
        *("dental", "demo", "miriam", 318, "32333", "43433", "44444", 6),
        "Three people called me about the same invoice, and none of them knew of the "
        "others.",
        (
            Action(
                *("roles", "demo"),
                "One contact for invoices and appointments, known by name",
                270,
                "Accounting and support each answered without asking the other.",
                281,
                "Calls about invoices go to one person since spring.",
            ),
        ),
    ),
    Round(
        *("dental", "demo", "miriam", 176, "34433", "44433", "44444", 7),
        "One name for everything now. Tell us of changes earlier.",
    ),
    Round(
        *("dental", "demo", "miriam", 26, "24442", "34432", "44543", 7),
        "The new version was simply there on Monday morning. Keep Marc. Tell us of "
        "changes a week before.",
        (
            Action(
                *("process", "demo"),
                "Tell the practice of every new version a week before",
                -12,
                "Versions are released on Mondays; the customers' list is not part of "
                "the release.",
            ),
            Action(
                *("external", "miriam"),
                "Fewer visits until the post in support is filled",
                -75,
                "One post is vacant. The practice knows, and gets a call instead of a "
                "visit.",
                kind="acceptance",
            ),
        ),
    ),
    Round(
        *("printing", "demo", "miriam", 142, "33333", "33433", "44444", 6),
        "You are friendly, all of you. I would like to be told less and shown more.",
    ),
    Round(
        *("printing", "demo", "miriam", 32, "23323", "32333", "43443", 4),
        "Sales says the old system stays, support says it goes. Whom do I believe?",
        (
            Action(
                *("process", "demo"),
                "A weekly call until the open orders are through",
                3,
                "Orders are changed by telephone, and the change is not written down.",
            ),
            Action(
                *("roles", "miriam"),
                "Name who decides on special prints, and tell the customer",
                -20,
                "Sales and support both think the other decides.",
            ),
            Action(
                *("external", "miriam"),
                "No discount while paper is this dear",
                -40,
                "The price list holds until the next quarter.",
                kind="acceptance",
            ),
        ),
    ),
    Round(
        *("boatyard", "demo", "miriam", 163, "44544", "44444", "45444", 9),
        "You come when the tide is right and not when your diary says so.",
    ),
    Round(
        *("accountants", "demo", "miriam", 83, "55554", "45544", "45544", 10),
        "In January you called before I did. Do not change anything.",
    ),
    Round(
        *("coffee", "demo", "miriam", 68, "43433", "34433", "44444", 7),
        "I never know which of you to write to.",
    ),
    Round(
        *("laundry", "demo", "miriam", 22, "44443", "43443", "44444", 9),
        "Friendly, quick, and not cheap.",
    ),
    Round(
        *("logistics", "demo", "miriam", 9, "", "44443", "45544"),
        is_open=True,
    ),
    # Yi-Chun's customers
    Round(
        *("machines", "yichun", "miriam", 342, "33433", "44433", "44444", 7),
        "老闆很客氣，但是報價常常要問三次。",
        (
            Action(
                *("process", "yichun"),
                "Answer questions about prices on the day they are asked",
                300,
                "The price list was kept by one person.",
                311,
                "Two colleagues answer now.",
            ),
        ),
    ),
    Round(
        *("machines", "yichun", "miriam", 188, "43444", "44434", "44444", 8),
        "報價快多了，謝謝。",
    ),
    Round(
        *("machines", "yichun", "miriam", 37, "55554", "44544", "45544", 10),
        "師傅都說好用，我也放心介紹給朋友。",
    ),
    Round(
        *("clinic", "yichun", "miriam", 92, "44544", "44444", "44544", 9),
        "Whoever answers the phone knows us.",
    ),
    Round(
        *("restaurant", "yichun", "miriam", 121, "23222", "33333", "44433", 3),
        "Twice we stood without a system on a Saturday evening. Nobody called back.",
        (
            Action(
                *("process", "yichun"),
                "A number that somebody answers on Saturday evenings",
                80,
                "Support ends on Friday at six, and restaurants begin then.",
                86,
                "Two evenings a week are covered in turn.",
            ),
            Action(
                *("external", "miriam"),
                "No second shift in support this year",
                8,
                "There is no money for it before summer.",
                kind="acceptance",
            ),
        ),
    ),
    Round(
        *("restaurant", "yichun", "miriam", 27, "43433", "43433", "44444", 7),
        "On Saturday somebody picked up after the second ring.",
    ),
    Round(
        *("spa", "yichun", "miriam", 66, "55555", "45544", "55545", 10),
        "You asked how the opening was before you asked about the invoice.",
    ),
    Round(
        *("kindergarten", "yichun", "miriam", 139, "44443", "44443", "44444", 8),
        "Please write shorter letters; we read them between two children.",
    ),
    Round(*("lighting", "yichun", "miriam", 34, "", "43433", "44444")),
    Round(
        *("textile", "yichun", "miriam", 6, "", "44434", ""),
        is_open=True,
    ),
    # Helen's customers
    Round(
        *("pharmacy", "helen", "miriam", 306, "44443", "44434", "44444", 9),
        "You count with us, and you count on us.",
    ),
    Round(
        *("pharmacy", "helen", "miriam", 136, "55554", "45544", "44544", 10),
        "I would not know what to change.",
    ),
    Round(
        *("nursery", "helen", "miriam", 193, "44544", "44443", "44444", 9),
        "The pictures in the evening have made us friends.",
    ),
    Round(
        *("opticians", "helen", "miriam", 273, "33323", "43433", "44433", 6),
        "I do not know where you want to go. Will there be a version for two shops?",
        (
            Action(
                *("direction", "helen"),
                "Show Bronwen the plan for two shops, with dates",
                225,
                "The plan was there, and nobody had told the customers.",
                231,
                "She has asked for the second shop since.",
            ),
        ),
    ),
    Round(
        *("opticians", "helen", "miriam", 104, "44443", "44434", "44444", 8),
        "Now I know where it goes, and I come along.",
    ),
    Round(
        *("surveyors", "helen", "miriam", 243, "43433", "44433", "44433", 7),
        "Solid. A little slow.",
    ),
    Round(
        *("brewery", "helen", "miriam", 62, "45544", "44544", "44544", 9),
        "You were in the cellar with us. Who does that?",
    ),
    Round(
        *("translators", "helen", "miriam", 164, "22212", "33322", "43433", 2),
        "We were moved from one contact to the next, and each began anew.",
        (
            Action(
                *("roles", "helen"),
                "Helen stays the only contact; who changes that asks Miriam",
                120,
                "Three people left in one quarter.",
            ),
            Action(
                *("direction", "miriam"),
                "A visit together, and an honest word about the next year",
                15,
                "We had promised a module that we no longer build.",
            ),
        ),
    ),
    # Aisha's customers
    Round(
        *("bakery", "aisha", "helen", 322, "43433", "43433", "44444", 8),
        "Good bread needs time, good answers should not.",
    ),
    Round(
        *("bakery", "aisha", "helen", 197, "44544", "44443", "44544", 9),
        "Aisha has learned when we bake, and calls after nine.",
    ),
    Round(
        *("bakery", "aisha", "helen", 64, "55554", "44544", "45544", 10),
        "The list is right every morning. That is all I ever wanted.",
    ),
    Round(
        *("foods", "aisha", "helen", 52, "44543", "44433", "44443", 9),
        "每次打電話來都先問我們忙不忙，感覺很貼心。月底對帳希望能再快一點，其他都很好。",
    ),
    Round(
        *("florist", "aisha", "helen", 153, "55554", "45544", "44544", 10),
        "Not one tear this season, apart from the good ones.",
    ),
    Round(
        *("tea", "aisha", "helen", 254, "44443", "44433", "44444", 9),
        "It comes, and it comes on time, and you write by hand at New Year.",
    ),
    Round(
        *("tea", "aisha", "helen", 44, "44544", "44444", "44544", 9),
        "As good as last year.",
    ),
    Round(
        *("kitchens", "aisha", "helen", 166, "22433", "33433", "43443", 4),
        "Twice the delivery came late, and I heard it from the fitter.",
        (
            Action(
                *("process", "aisha"),
                "Call the studio before a date moves, not after",
                100,
                "The supplier tells purchasing, and purchasing told nobody.",
                103,
                "No date has moved without a call since.",
            ),
            Action(
                *("roles", "helen"),
                "Say who follows deliveries up: purchasing, by name",
                95,
                "Everybody thought that somebody else did.",
                97,
                "Denise does.",
            ),
        ),
    ),
    Round(
        *("kitchens", "aisha", "helen", 74, "44544", "44444", "44444", 8),
        "You made it right, and you said sorry first.",
    ),
    Round(*("garden", "aisha", "helen", 106, "", "44433", "44443")),
    Round(
        *("music", "aisha", "helen", 83, "43443", "44433", "44444", 8),
        "The messages to parents could be friendlier.",
    ),
    Round(
        *("catering", "aisha", "helen", 5, "", "", "44444"),
        is_open=True,
    ),
]
