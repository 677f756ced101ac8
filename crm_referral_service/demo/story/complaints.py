"""What customers of the demo firm complained about, in their own words."""

from .kinds import Complaint, Ending, Gesture, Mail, Question

YES = Ending("yes", "yes")
APOLOGY = Gesture("apology")

# One in each of the seven steps, and what waits for somebody.
OPEN = [
    Complaint(
        *("laundry", "", 0, 0, ""),
        "Your scanner at the ramp reads every cart twice since the update. The hotel "
        "has counted its sheets, and they have half of what the paper says.",
        step="greet",
    ),
    Complaint(
        *("printing", "ravi", 3, 3, ""),
        "I was told somebody would call me on Tuesday. It is the second Tuesday.",
        step="listen",
    ),
    Complaint(
        *("parcels", "aisha", 1, 0, ""),
        "The drivers' list was in the order of last week. Two of them drove to Hsinchu "
        "and back for one parcel.",
        step="question",
        feelings="angry tired",
        facts="Monday's list, both drivers of the northern tour",
    ),
    Complaint(
        *("roofing", "ravi", 1, 0, "unclear"),
        "There is a line “service flat rate” on my invoice, and nobody can tell me "
        "what it is.",
        step="empathise",
        feelings="not_taken_seriously",
        facts="Invoice of last month, line four, 96 in all",
        details="Asked twice by mail; got the same invoice again as an answer",
        severity="2",
        remedy="Somebody who explains it in one sentence",
    ),
    Complaint(
        *("hotel", "aisha", 2, 1, "defect"),
        "On Saturday the booking page was down for two hours. We lost a wedding party, "
        "and I was the one to tell the couple.",
        step="address",
        feelings="betrayed ashamed",
        facts="Saturday, 10:20 to 12:15",
        details="Twenty-two rooms; the couple went to the hotel next door",
        severity="4",
        remedy="That we do not pay for a month in which it failed us",
        common="A booking page has to be up on a Saturday morning",
        our_part="From now on updates are made on Tuesdays, and she is told before",
        gestures=(Gesture("goodwill", 450, "One and a half months", end="to_approve"),),
    ),
    # Unknown number; the question is out, and the complaint stays with Aisha.
    Complaint(
        *("", "aisha", 0, 0, "defect"),
        "It gurgles. The label printer, before each label. I do not know what it has.",
        phone="+44 1225 496 0177",
        step="address",
        feelings="worried",
        facts="Label printer at the counter, since Thursday",
        details="Only in the morning; warm labels are fine",
        severity="2",
        remedy="To know whether it will break",
        common="A printer should print, and not gurgle",
        our_part="Tom looks into it, and I call back this afternoon",
        questions=(
            Question(
                "tom",
                "A label printer gurgles before each label, only in the morning, since "
                "Thursday. May it be used, and what is it?",
            ),
        ),
    ),
    # The answer is there, and waits to be told.
    Complaint(
        *("coffee", "ravi", 2, 0, "expected"),
        "The scale says 250 grams, my own scale says 241. Our cafés pay for nine grams "
        "of air.",
        step="address",
        feelings="worried ashamed",
        facts="Scale at the second packing table",
        details="Only since the table was moved; the first table is right",
        severity="3",
        remedy="A scale that one can trust, before Friday's batch",
        common="What is on the bag has to be in the bag",
        our_part="We find out whether it can be set right on the spot",
        questions=(
            Question(
                "tom",
                "A scale shows 250 g for 241 g since the table was moved. Can the "
                "customer set it right?",
                "Yes: put it level, then hold “zero” for five seconds with nothing on "
                "it. If it still is off by more than a gram I come on Thursday.",
                is_told=False,
            ),
        ),
    ),
    # A thread in Chinese; the customer is asked on their own page.
    Complaint(
        *("tea", "aisha", 4, 1, "wrong"),
        "這個月有十二位訂戶收到別人的茶，大家都打電話來問我。",
        step="test",
        feelings="ashamed helpless",
        facts="十二位訂戶，十一月的包裹",
        details="標籤印對了，但是裝箱單的順序錯了一行",
        severity="3",
        remedy="在下次出貨之前，有人先和她一起核對一次",
        common="訂戶在意的是收到自己選的茶",
        our_part="十二位訂戶今天補寄，下次出貨前我們一起核對名單",
        gestures=(
            Gesture("replacement", 180, "Twelve parcels, sent anew", end="agreed"),
        ),
        mails=(
            Mail(True, "您好，這個月的茶好像都寄錯了，已經有十二位客人打電話來。"),
            Mail(
                False, "雅婷小姐，謝謝您馬上告訴我們。我是 Aisha，這件事由我負責到底。"
            ),
            Mail(True, "好的，麻煩您了。客人都是老朋友，我很不好意思。"),
        ),
    ),
    # It came on a Sunday at three in the morning, when nobody was there.
    Complaint(
        *("locksmiths", "aisha", 5, 0, "unreachable"),
        "I called at three at night with a woman locked out in the rain, and your map "
        "was empty. And then nobody at your place picked up.",
        step="test",
        feelings="angry helpless",
        facts="Sunday, ten past three; the map came back by itself at six",
        details="Two vans were four streets away, as it turned out",
        severity="4",
        remedy="That somebody picks up at night, each night",
        common="Who promises to be there at night has to be there on Sundays, too",
        our_part="The map is watched, and we look for somebody for the Sunday nights",
        gestures=(APOLOGY,),
        endings=(
            Ending(
                "partly", "yes", "page", "I believe it when I have called on a Sunday."
            ),
        ),
        is_at_night=True,
    ),
    Complaint(
        *("physio", "ravi", 8, 2, "amount"),
        "You charged us for two desks. We have one, and we have told you so in March.",
        step="follow_through",
        feelings="tired not_taken_seriously",
        facts="Three invoices, one desk too many on each",
        details="The change of March was noted, and never reached the invoices",
        severity="2",
        remedy="The money back, without writing a letter",
        common="What we are told in March should be known in June",
        our_part="The three invoices are made anew, and the money comes back",
        gestures=(Gesture("refund", 87, "Three months of a desk", end="agreed"),),
        endings=(YES,),
    ),
    # Solved and felt heard, and then it came back.
    Complaint(
        *("restaurant", "aisha", 24, 1, "defect"),
        "確認訊息沒有發出去，星期六有一桌十四位客人沒有來。",
        feelings="disappointed angry",
        facts="星期六晚上，十四位的一桌",
        details="客人說沒有收到訊息，我們這邊顯示已發送",
        severity="3",
        remedy="知道訊息是不是真的送到了",
        common="訊息送到了才算數，不是發出去就算",
        our_part="沒有送到的訊息，當天早上會列出來給您看",
        gestures=(Gesture("goodwill", 150, "Half of the table"),),
        endings=(YES,),
        second="她可以自己看到哪些客人還沒有確認",
        reopened="上週六又有一桌沒有收到訊息，名單上也沒有看到。",
    ),
    Complaint(
        *("stationery", "helen", 3, 2, "tone"),
        "Your colleague laughed when I asked how to print a list.",
        step="empathise",
        feelings="ashamed not_taken_seriously",
        facts="A call on Wednesday morning",
        details="She has been our customer for nine years and never called before",
        severity="3",
        remedy="That it is talked about, and that it does not happen to anybody else",
        is_confidential=True,
    ),
]

# What has come to an end, the latest first.
ENDED = [
    # Over Aisha's limit, partly solved, then solved and felt heard on the own page.
    Complaint(
        *("elmfield", "aisha", 23, 9, "late"),
        "We waited three weeks for the second tablet, and each time I called I heard "
        "another date.",
        feelings="not_taken_seriously tired",
        facts="One tablet for the second treatment room, ordered six weeks ago",
        details="Three dates, each from somebody else; none was kept",
        severity="3",
        remedy="The tablet, and one person who tells me the truth",
        common="A date that moves three times is no date",
        our_part="The tablet comes on Friday by courier",
        gestures=(Gesture("goodwill", 300, "A month for both rooms"),),
        questions=(
            Question(
                "tom",
                "Is a tablet in store that can be with the Elmfield Clinic by Friday?",
                "One of ours, as good as new. I set it up on Thursday.",
            ),
        ),
        wait=3,
        endings=(
            Ending("partly", "yes", "page", "It came. It does not know our rooms yet."),
            Ending("yes", "yes", "page", "Now it does. Thank you for staying with it."),
        ),
        again="A tablet that was set up for both rooms, and one person who says when",
        second="Showed her how patients sign on the tablet: no more scanning",
        asked=3,
    ),
    Complaint(
        *("florist", "aisha", 34, 22, "damaged"),
        "The scanner came with a crack, on the Friday before the wedding season.",
        feelings="disappointed",
        facts="One scanner, the glass",
        details="The box was whole; it must have been packed like this",
        severity="2",
        remedy="A whole one before Saturday",
        common="One does not pack what is broken",
        our_part="A new scanner on the next morning, and the courier takes the old one",
        gestures=(Gesture("replacement", 140),),
        endings=(YES,),
        second="Told her how to scan three buckets at once",
    ),
    Complaint(
        *("ferry", "ravi", 52, 38, "defect"),
        "The tills stood still for an hour on the hottest day of the year.",
        feelings="angry helpless",
        facts="Four kiosks, from one to two in the afternoon",
        details="They came back one by one, without anybody doing anything",
        severity="4",
        remedy="To be able to sell when the line is down",
        common="Nobody queues for ice cream twice",
        our_part="The tills now work on without a line, and send it later",
        gestures=(
            Gesture("goodwill", 400, "A month for four kiosks"),
            Gesture("attention", end="agreed"),
        ),
        endings=(
            Ending("yes", "partly"),
            Ending(
                "yes", "yes", "page", "You rang on a Sunday to ask. Nobody does that."
            ),
        ),
        again="Without a line the tills work on; and I call on the first hot Sunday",
        second="Called on the first hot Sunday: all four were selling",
        cause=("process", "Test each till without a line before the season", 12),
    ),
    Complaint(
        *("nursery", "helen", 71, 60, "wrong"),
        "A picture of one child was sent to the parents of another.",
        feelings="worried betrayed",
        facts="One picture, one evening, two families",
        details="The two children have the same first name",
        severity="4",
        remedy="That it cannot happen again, and that you call both families",
        common="A picture of a child belongs to its parents",
        our_part="Names are shown with a face before anything goes out",
        gestures=(APOLOGY,),
        endings=(YES,),
        second="Asked both families whether they had heard from us",
        cause=("roles", "Ask before sending when two children share a name", 55),
    ),
    Complaint(
        *("kitchens", "aisha", 96, 83, "promise"),
        "You said the list would be ready for the fitters on Monday. It was not.",
        feelings="disappointed tired",
        facts="The list for one van, one Monday",
        details="It was ready, and nobody had released it",
        severity="2",
        remedy="A message when it is not going to be ready",
        common="It is the silence that hurts, not the delay",
        our_part="Who releases the list is told on Friday at noon",
        gestures=(APOLOGY,),
        endings=(Ending("yes", "partly"),),
        why="She thinks that we only listened once she was angry, and she is right.",
        second="Told her on a Friday that the list was out",
    ),
    Complaint(
        *("electrical", "ravi", 121, 106, "expected"),
        "The certificates look different from those of last year, and two inspectors "
        "have asked me about it.",
        feelings="worried",
        facts="Certificates since April",
        details="The law has changed the form; nobody has told us",
        severity="2",
        remedy="The old form back",
        common="Whoever changes a form should say so before",
        our_part="A page that explains the new form, for inspectors",
        gestures=(APOLOGY,),
        endings=(Ending("no", "yes"),),
        why="The law wants the new form; we cannot give the old one back.",
        second="Sent him the page for inspectors, in his own colours",
    ),
    Complaint(
        *("garden", "aisha", 143, 139, "late"),
        "The new labels did not come before Easter.",
        step="question",
        feelings="angry",
        facts="Two rolls of labels",
        outcome="withdrawn",
        why="They had come, and stood in the greenhouse.",
    ),
    Complaint(
        *("boatyard", "ravi", 168, 159, "defect"),
        "The camera over the slipway shows fog, and there is none.",
        step="empathise",
        feelings="helpless",
        facts="One camera, since January",
        details="Salt on the inside of the glass",
        severity="2",
        remedy="A camera that sees",
        outcome="passed_on",
        passed_on_to="The maker of the camera",
        why="It is under the maker's warranty, and they change it on the spot.",
    ),
    Complaint(
        *("accountants", "aisha", 203, 188, "unreachable"),
        "In January I need you in the evening, and in the evening there is a machine.",
        feelings="helpless tired",
        facts="The second half of January, after six",
        details="Four calls, no call back",
        severity="3",
        remedy="A number that is answered in January",
        common="January is January",
        our_part="A late shift until ten, all year round",
        gestures=(
            Gesture(
                *("goodwill", 250, "January", "refused"),
                "She does not want money, she wants somebody. Go and see her.",
            ),
            Gesture("visit"),
        ),
        endings=(YES,),
        second="Called her on the first evening of the late shift",
    ),
    Complaint(
        *("opticians", "ravi", 246, 228, "damaged"),
        "The second printer in a row with a dent.",
        feelings="tired not_taken_seriously",
        facts="Two printers, the same corner",
        details="The same courier, both times",
        severity="2",
        remedy="Another courier",
        common="Twice is a pattern",
        our_part="We have changed the packing, but not the courier",
        gestures=(Gesture("refund", 60),),
        wait=3,
        endings=(Ending("partly", "no"),),
        why="We have no other courier to the valleys, and she does not believe it.",
        second="Told her that the last twelve parcels came whole",
    ),
    Complaint(
        *("textile", "aisha", 291, 276, "unclear"),
        "帳單上的匯率和合約不一樣，差了三千多元。",
        feelings="worried",
        facts="三張帳單，匯率取月底而不是出貨日",
        details="合約第七條寫的是出貨日",
        severity="2",
        remedy="按照合約重開帳單",
        common="合約怎麼寫，帳單就怎麼開",
        our_part="三張帳單重開，以後一律取出貨日的匯率",
        gestures=(APOLOGY,),
        endings=(YES,),
        second="寄給他一張小表，每張帳單用哪一天的匯率",
        cause=("process", "Take the rate of the day of delivery", 250),
    ),
]

COMPLAINTS = [*OPEN, *ENDED]
