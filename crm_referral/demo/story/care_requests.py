"""Whom Helen and Aisha of Customer Care asked in a year, and what came of it."""

from .kinds import Person, Request

HELEN = [
    Request(
        *("pharmacy", "helen", 350, 318, "", "introduced", "help_somebody"),
        note="“Hannah next door works every weekend. I would love to see her at choir "
        "again.”",
        promise="Tell Ingrid what came of it, whatever it is",
        kept="kept",
        people=(
            Person(
                *("Hannah Osei", "Head Vet", "Brightwater Vets", "won"),
                "“Of course. Send me a few lines and I will pass them on tonight.”",
                *(8400, 290),
                key="vets",
            ),
        ),
    ),
    Request(
        *("nursery", "helen", 334, 309, "", "introduced", "help_somebody exchange"),
        note="“We heads of nurseries only ever meet at funerals of good ideas.”",
        people=(
            Person(
                "Colin Webb", "Head", "Primrose Hill Nursery", "lost", "", 2900, 250
            ),
            Person("", "Head of a forest nursery", "", "declined", named_by="rep"),
        ),
    ),
    Request(
        *("joinery", "helen", 300, 276, "suggest", "privacy", "standing"),
        note="“A good workshop is found without me.”",
    ),
    Request(
        *("opticians", "helen", 282, 241, "", "introduced", "return_favour"),
        note="“Somebody helped me when I began. It is my turn.”",
        promise="A call after the first meeting",
        kept="kept",
        people=(
            Person(
                *("Gareth Vaughan", "Owner", "Vaughan Hearing Aids", "lost"),
                "“He is careful with money. Do not begin with the price.”",
                *(4200, 196),
                note="Took a cheaper offer of a friend.",
            ),
            Person("Sioned Rees", "Manager", "Rees Orthopaedic Shoes", "contacted"),
        ),
    ),
    Request(
        *("surveyors", "helen", 256, 233, "", "none", "exchange"),
        people=(
            Person(
                *("", "Surveyor with an office of five", "", "unfit"),
                "“There was one, but he sells his office.”",
                named_by="rep",
            ),
        ),
    ),
    Request(
        *("brewery", "helen", 226, 188, "", "introduced", "standing closer_to_us"),
        note="“In our guild they laugh at software. I like to be right.”",
        promise="Show the keg list to the guild in autumn",
        kept="kept",
        people=(
            Person(
                *("Bram Claes", "Head Brewer", "Claes Brewers", "won"),
                "“Bram loses more kegs than I ever did.”",
                *(11200, 152),
                channel="in_person",
            ),
            Person("Marie Janssens", "Owner", "Janssens Cider", "unfit", "", 0, 0),
        ),
    ),
    Request(
        *("vets", "helen", 214, 177, "", "introduced", "help_somebody"),
        note="“The stables call us at night because nobody knows what is in the box.”",
        people=(
            Person(
                *("Rosalind Thwaite", "Yard Manager", "Moorland Stables", "won"),
                "“I am there on Thursday anyway. Come along.”",
                *(3600, 139),
                channel="in_person",
            ),
        ),
    ),
    Request(
        *("nursery", "helen", 182, 151, "", "introduced", "help_somebody standing"),
        note="“Two heads have asked me already how we do it.”",
        promise="Send Fiona the picture of the first evening",
        kept="not_kept",
        people=(
            Person(
                *("Harriet Lowe", "Head", "Meadow Lane Nursery", "won"),
                "“Harriet, certainly. She reads every line.”",
                *(5100, 112),
            ),
            Person("Tom Ashby", "Bursar", "St Swithun's School", "open", "", 7400),
        ),
    ),
    Request(*("translators", "helen", 190, 184, "benefits", "cancelled")),
    Request(
        *("pharmacy", "helen", 118, 66, "", "introduced", "help_somebody exchange"),
        note="“We pharmacists write to each other more than to our families.”",
        promise="Tell Ingrid after each first talk",
        kept="kept",
        people=(
            Person(
                *("Astrid Nyberg", "Owner", "Fossgate Pharmacy", "won"),
                "“Astrid counts at night, too. Not for long, I hope.”",
                *(6900, 38),
                channel="phone",
            ),
            Person("Nigel Barrow", "Owner", "Barrow and Son Chemists", "declined"),
        ),
    ),
    Request(
        *("climbing", "helen", 88, 28, "", "introduced", "partner_understands"),
        note="“If the swimming hall booked like us, we could sell a day for both.”",
        people=(
            Person(
                *("Johanna Moser", "Director", "Inntal Baths", "open"),
                "“I will call her. She does not read mails.”",
                9800,
                channel="phone",
            ),
            Person("Felix Auer", "Founder", "Boulderwerk", "contacted"),
        ),
    ),
    Request(
        *("joinery", "helen", 46, 19, "follow_through", "", "return_favour standing"),
        note="“This time I have somebody who asked me himself.”",
        promise="Tell Jonas the same day when we have met",
        due=6,
        people=(
            Person(
                *(
                    "Silke Brandes",
                    "Site Manager",
                    "Brandes Timber Houses",
                    "contacted",
                ),
                "“She builds, I make the doors, and we both lose drawings.”",
                note="Wants to see the drawings on a tablet with gloves on.",
            ),
            Person("Uwe Petersen", "Owner", "Petersen Windows", "agreed", "", 0, 0),
        ),
    ),
    Request(
        *("architects", "helen", 24, 4, "introduce", "", "return_favour standing"),
        note="“I owe the people who gave me my first jobs a good tip.”",
        promise="Tell Tomás after the first talk how it went",
        due=-6,
        people=(
            Person(
                *("Beatriz Nunes", "Founder", "Nunes Landscape", "agreed"),
                "“Come along to our breakfast on the building site, she will be "
                "there.”",
                channel="in_person",
            ),
            Person(
                *("Duarte Lopes", "Engineer", "Lopes Structural Engineering"),
                "declined",
                note="Tomás and he are in a dispute about a project at present.",
            ),
            Person(
                *("", "Office manager of a notary with several partners", ""),
                "suggested",
                named_by="rep",
            ),
        ),
    ),
    Request(*("opticians", "helen", 13, 3, "suggest", "", "help_somebody exchange")),
    Request(*("brewery", "helen", 6, 2, "profile")),
    Request(*("surveyors", "helen", 2, 2, "benefits")),
]

AISHA = [
    Request(
        *("bakery", "aisha", 344, 317, "", "introduced", "help_somebody"),
        note="“My sister-in-law still writes on flour bags.”",
        people=(
            Person("Greta Lindqvist", "Owner", "Quayside Cakes", "lost", "", 1800, 262),
        ),
    ),
    Request(
        *("florist", "aisha", 322, 284, "", "introduced", "partner_understands"),
        note="“If the wedding planner saw my list, she would stop calling.”",
        promise="A bunch of thyme, and the truth about how it went",
        kept="kept",
        people=(
            Person(
                *("Sophie Lang", "Wedding Planner", "Two Rings Weddings", "won"),
                "“She is the one who calls. Take her first.”",
                *(4700, 248),
                channel="phone",
            ),
            Person("Dario Conti", "Photographer", "Conti Pictures", "unfit"),
        ),
    ),
    Request(
        *("physio", "aisha", 291, 281, "value", "not_now"),
        note="Two colleagues are ill; he asks us to come back in summer.",
    ),
    Request(
        *("tea", "aisha", 272, 234, "", "introduced", "exchange help_somebody"),
        note="“The coffee people send parcels as well, and badly.”",
        promise="Tell her which of them drinks tea",
        kept="kept",
        people=(
            Person(
                *("邱柏翰", "Founder", "晨豆咖啡", "won"),
                "“I will bring you to the market in Taichung.”",
                *(7300, 178, "in_person", "bohan@chendou"),
            ),
            Person(
                *("葉慧玲", "Owner", "慢食果乾", "contacted"),
                mail="huiling@manshi",
            ),
        ),
    ),
    Request(
        *("music", "aisha", 243, 209, "", "introduced", "standing"),
        note="“At the county meeting I am the one whose lists are right.”",
        people=(
            Person("Gwen Talbot", "Principal", "Talbot Dance School", "open", "", 5600),
            Person("", "Head of a school for adults", "", "declined", named_by="rep"),
        ),
    ),
    Request(*("catering", "aisha", 212, 203, "profile", "cancelled")),
    Request(
        *("garden", "aisha", 192, 158, "", "none", "exchange"),
        note="“Garden centres do not talk; but I hear things from the growers.”",
        people=(
            Person("Philip Rudd", "Owner", "Rudd Nurseries", "unfit", "", 0, 0),
            Person("", "Buyer of a garden centre by the coast", "", "unfit"),
        ),
    ),
    Request(
        *("florist", "aisha", 168, 128, "", "introduced", "return_favour standing"),
        note="“Sophie thanked me with a wedding of two hundred guests.”",
        promise="Call Maya after the first visit",
        kept="kept",
        people=(
            Person(
                *("Ella Winterbourne", "Manager", "Orchard Barn Venue", "won"),
                "“Every second wedding of mine is in her barn.”",
                *(13600, 72),
                channel="in_person",
            ),
            Person("Raj Patel", "Owner", "Patel Cakes", "lost", "", 2300, 61),
        ),
        skipped=("profile", "She told the story herself at our open day."),
    ),
    Request(
        *("kitchens", "aisha", 142, 116, "introduce", "not_satisfied"),
        note="Two deliveries came late, and she wants to see it mended first.",
        motives="partner_understands",
        people=(Person("Abel Stone", "Owner", "Stone Worktops", "suggested"),),
        override="She sounded friendly on the phone. It was too early, though.",
    ),
    Request(
        *("bakery", "aisha", 119, 71, "", "introduced", "help_somebody standing"),
        note="“The mill delivers to thirty of us. Begin there.”",
        promise="Bring the mill's answer on a Friday, with time for a coffee",
        kept="kept",
        people=(
            Person(
                *("Edmund Sayer", "Miller", "Sayer's Mill", "open"),
                "“He only trusts people who have eaten his bread.”",
                8800,
                channel="in_person",
            ),
        ),
    ),
    Request(
        *("kitchens", "aisha", 62, 26, "", "introduced", "partner_understands"),
        note="“It is mended, and you were quick. Now I can say so.”",
        override="She called us herself after the deliveries had been put right.",
        people=(
            Person(
                *("Abel Stone", "Owner", "Stone Worktops", "won"),
                "“Tell him that I sent you, and that he owes me a sink.”",
                *(6200, 9),
                channel="phone",
            ),
        ),
    ),
    Request(
        *("tea", "aisha", 58, 1, "follow_through", "", "help_somebody exchange"),
        note="“The honey farmer fills his labels in by hand.”",
        promise="Tell 雅婷 which day the honey farmer chose",
        due=3,
        people=(
            Person(
                *("鄭國雄", "Beekeeper", "森林蜜園", "open"),
                "“He is shy. I will sit with you.”",
                *(4100, 0, "conference_call", "guoxiong@senlin"),
            ),
            Person("曾麗華", "Owner", "阿華豆腐", "introduced", mail="lihua@ahua"),
        ),
    ),
    Request(
        *("music", "aisha", 39, 3, "introduce", "", "standing"),
        note="“The drama people share our hall.”",
        people=(
            Person(
                *("Leon Achebe", "Director", "Lantern Youth Theatre", "agreed"),
                "“After the premiere, not before.”",
                channel="in_person",
            ),
            Person("Stella Novak", "Choir Leader", "Belgrave Singers", "suggested"),
        ),
    ),
    Request(*("foods", "aisha", 30, 22, "value")),
    Request(*("physio", "aisha", 17, 4, "suggest", "", "help_somebody")),
    Request(*("catering", "aisha", 7, 2, "profile")),
    Request(*("garden", "aisha", 1, 1, "benefits")),
]
