STEP_OUTCOMES = [
    ("done", "Done"),
    ("skipped", "Skipped"),
    ("back", "Went back"),
    ("ended", "Conversation ended"),
]
