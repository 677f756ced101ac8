"""Whom Marc and Yi-Chun of Pre-Sales asked in a year, and what came of it."""

from .kinds import Person, Request

MARC = [
    Request(
        *("boatyard", "demo", 341, 304, "", "introduced", "exchange"),
        note="“We boat people help each other off the rocks.”",
        promise="A card from the first boat that was on time",
        kept="kept",
        people=(
            Person(
                *("Morwenna Tregenza", "Owner", "Tregenza Sails", "won"),
                "“She sews, I paint, and the owner calls us both.”",
                *(5800, 259),
                channel="phone",
            ),
        ),
    ),
    Request(
        *("electrical", "demo", 312, 283, "", "introduced", "help_somebody"),
        people=(
            Person(
                *("Martin Hale", "Director", "Hale Heating", "lost", "", 3900, 221),
                note="The company was sold, and the new owner has a system.",
            ),
        ),
    ),
    Request(
        *("accountants", "demo", 286, 247, "", "introduced", "standing closer_to_us"),
        note="“My clients ask me what to buy. I prefer to have tried it.”",
        promise="Tell Amelia about each of her clients before we write an invoice",
        kept="kept",
        people=(
            Person(
                *("Bettina Kraus", "Owner", "Kraus Bookbinders", "won"),
                "“A client whose boxes I carry up the stairs.”",
                *(4400, 207),
            ),
            Person("Ola Adewale", "Founder", "Adewale Fabrics", "open", "", 6100),
        ),
    ),
    Request(
        *("roofing", "demo", 262, 249, "suggest", "competitor", "standing"),
        note="“The others may stand in the rain a little longer.”",
    ),
    Request(
        *("coffee", "demo", 232, 196, "", "introduced", "partner_understands"),
        note="“A café that orders in time is half the roast.”",
        people=(
            Person("Ailsa Munro", "Owner", "Café Thistle", "unfit", "", 0, 0, "phone"),
            Person(
                *("Rory Campbell", "Buyer", "Campbell's Deli", "open"),
                "“He owes me a favour, and knows it.”",
                3300,
            ),
        ),
    ),
    Request(
        *("locksmiths", "demo", 206, 183, "", "none", "exchange"),
        people=(
            Person("", "Dispatcher of a glazier", "", "unfit", named_by="rep"),
            Person("Steve Holt", "Owner", "Holt Alarms", "declined"),
        ),
    ),
    Request(
        *("laundry", "demo", 177, 148, "", "introduced", "partner_understands"),
        note="“If the hotels scanned as well, we would never quarrel.”",
        promise="Ask the hotel for a date that suits Mirela as well",
        kept="kept",
        people=(
            Person(
                *("Victor Ames", "Housekeeping Manager", "Crown Spa Hotel", "won"),
                "“He counts sheets in his sleep.”",
                *(15400, 84),
                channel="conference_call",
            ),
        ),
    ),
    Request(
        *("boatyard", "demo", 152, 109, "", "introduced", "exchange help_somebody"),
        note="“The harbour master keeps his berths in a biscuit tin.”",
        people=(
            Person(
                *("Petroc Hicks", "Harbour Master", "Penryn Harbour", "open"),
                "“I will row you over.”",
                7900,
                channel="in_person",
            ),
            Person("Lowenna Pascoe", "Owner", "Pascoe Chandlery", "contacted"),
        ),
    ),
    Request(
        *("accountants", "demo", 109, 62, "", "introduced", "standing"),
        note="“Bettina told everybody. I only had to nod.”",
        promise="A line to Amelia every Friday until it is decided",
        kept="kept",
        people=(
            Person(
                *("Greg Fenwick", "Managing Director", "Fenwick Tools", "won"),
                "“He signs on Tuesdays.”",
                *(9700, 21),
            ),
            Person(
                *("Caroline Shaw", "Owner", "Shaw Interiors", "objected"),
                note="Does not want to be written to by companies she has not chosen.",
            ),
        ),
    ),
    Request(
        *("printing", "demo", 44, 27, "value", "privacy"),
        note="“Names of customers are like paper: once out, you do not get them back.”",
        override="He asked himself what else we could do for each other.",
    ),
    Request(
        *("tiles", "demo", 52, 1, "follow_through", "", "standing exchange"),
        note="“The people with the bathtubs share all my architects.”",
        promise="Send Inês a picture of the first sample that came home",
        due=5,
        people=(
            Person(
                *("Miguel Fontes", "Owner", "Fontes Bathrooms", "open", "", 5200),
                channel="phone",
            ),
            Person("Teresa Pinto", "Architect", "Pinto Interiors", "agreed"),
        ),
    ),
    Request(
        *("logistics", "demo", 38, 21, "suggest", "", "partner_understands"),
        note="“If my subcontractors worked like that, half of my phone calls would go "
        "away.”",
        people=(
            Person(
                *("", "Fleet manager of a dairy with twenty trucks", "", "suggested"),
                "“There is one in our association, I would have to look up the name.”",
                named_by="rep",
            ),
            Person(
                *("Owen Price", "Operations Manager", "Price and Daughters Haulage"),
                "suggested",
                "“He complains about paper every time we meet.”",
            ),
        ),
    ),
    Request(
        *("electrical", "demo", 33, 4, "introduce", "", "help_somebody"),
        people=(
            Person("Joyce Nkemelu", "Owner", "Nkemelu Plumbing", "agreed", "", 0, 0),
            Person("Pete Dobson", "Foreman", "Dobson Plastering", "suggested"),
        ),
    ),
    Request(*("coffee", "demo", 19, 11, "value")),
    Request(*("dental", "demo", 9, 2, "profile")),
    Request(*("laundry", "demo", 2, 2, "benefits")),
]

YICHUN = [
    Request(
        *("machines", "yichun", 331, 296, "", "introduced", "help_somebody exchange"),
        note="「這些廠長都是老朋友，幫他們就是幫自己。」",
        promise="第一次見面後，當天打電話告訴林總結果",
        kept="kept",
        people=(
            Person(
                *("賴俊傑", "Plant Manager", "三合沖壓", "won"),
                "「他星期三下午都在，你直接過去。」",
                *(9900, 252, "in_person", "junjie@sanhe"),
            ),
        ),
    ),
    Request(
        *("restaurant", "yichun", 303, 277, "", "introduced", "standing"),
        note="“The hotel restaurants look down on us. Let them learn.”",
        people=(
            Person(
                *("馮志明", "Manager", "金悅宴會廳", "lost", "", 5200, 231),
                mail="zhiming@jinyue",
            ),
        ),
    ),
    Request(
        *("clinic", "yichun", 276, 243, "", "introduced", "exchange"),
        note="“We dentists see each other at every course, and talk about chairs.”",
        promise="Tell Dr Chang at the congress",
        kept="kept",
        people=(
            Person(
                *("羅詩涵", "Dentist", "微笑牙醫", "won"),
                "“She was my student. She says what she thinks.”",
                *(6600, 201, "phone", "shihan@weixiao"),
            ),
        ),
    ),
    Request(
        *("textile", "yichun", 251, 226, "suggest", "policy", "standing"),
        note="The group does not allow recommendations in writing.",
    ),
    Request(
        *("bicycle", "yichun", 222, 184, "", "introduced", "partner_understands"),
        note="“If the painter knew our plan, we would both sleep.”",
        promise="The plan of the first month, for him to see",
        kept="kept",
        people=(
            Person(
                *("江宏志", "Owner", "宏志烤漆", "won"),
                "“Across the street. I will walk you over.”",
                *(8100, 131, "in_person", "hongzhi@kaoqi"),
            ),
            Person("", "Buyer of a maker of saddles", "", "declined", named_by="rep"),
        ),
    ),
    Request(*("parcels", "yichun", 196, 186, "value", "cancelled")),
    Request(
        *("kindergarten", "yichun", 172, 136, "", "introduced", "help_somebody"),
        note="“The cook works for three of us. Ask in the other two.”",
        people=(
            Person(
                *("簡怡文", "Head", "向日葵幼兒園", "open", "", 3700),
                mail="yiwen@xiangrikui",
            ),
            Person("范秀珍", "Head", "快樂森林幼兒園", "contacted", mail="fan@kuaile"),
        ),
    ),
    Request(
        *("stationery", "yichun", 147, 121, "", "nobody", "standing"),
        people=(
            Person("Lim Boon Keng", "Owner", "Keng Office Supplies", "declined"),
            Person("", "Buyer of an international school", "", "declined"),
        ),
    ),
    Request(
        *("restaurant", "yichun", 116, 69, "", "introduced", "help_somebody"),
        note="“My brother's tea house is full on Sundays and empty on the list.”",
        people=(
            Person(
                *("王建民", "Owner", "福緣茶樓", "open", "“He is stubborn. So am I.”"),
                *(4500, 0, "phone", "jianmin@fuyuan"),
            ),
        ),
        override="He named his brother himself while we were putting things right.",
    ),
    Request(
        *("spa", "yichun", 112, 74, "", "introduced", "standing closer_to_us"),
        note="“They all come to me to see how I do it.”",
        promise="An hour of training for her staff after the first contract",
        kept="kept",
        people=(
            Person(
                *("陳嘉欣", "Manager", "海灣美容", "won"),
                "“She opens in two months and has bought nothing yet.”",
                *(7800, 14, "conference_call", "kayan@bayview"),
            ),
        ),
    ),
    Request(
        *("lighting", "yichun", 92, 24, "", "introduced", "partner_understands"),
        note="“Our supplier of drivers asks me for the batch, and I ask him.”",
        people=(
            Person(
                *("王芳", "Quality Manager", "華晶電源", "open", "", 12900),
                mail="wangfang@huajing",
            ),
        ),
    ),
    Request(
        *("machines", "yichun", 43, 10, "follow_through", "", "help_somebody exchange"),
        promise="第一次見面後，當天打電話告訴林總結果",
        due=-2,
        people=(
            Person(
                *("黃淑芬", "廠長", "永昌塑膠", "introduced"),
                "「她每次停機都打給我，介紹給你正好。」",
                *(0, 0, "phone", "shufen@yongchang"),
                note="員工六十人，十二台射出機，兩班制。",
            ),
            Person("吳建宏", "Owner", "宏達模具", "agreed"),
        ),
    ),
    Request(
        *("clinic", "yichun", 29, 3, "introduce", "", "exchange standing"),
        note="“At the congress everybody asks me about the free slots.”",
        people=(
            Person(
                *("方俊偉", "Dentist", "晴天牙醫", "agreed", "“Write to him first.”"),
            ),
            Person("", "Manager of a clinic for children", "", "suggested"),
        ),
    ),
    Request(*("textile", "yichun", 15, 3, "suggest", "", "help_somebody")),
    Request(*("bicycle", "yichun", 8, 2, "value")),
    Request(*("parcels", "yichun", 5, 2, "profile")),
    Request(*("stationery", "yichun", 2, 2, "benefits")),
]
