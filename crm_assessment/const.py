# Somebody is still waited for.
OPEN_STATES = ("draft", "sent")
