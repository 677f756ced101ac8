"""scripts/lint"""
def check(logs): return iter(())
def main(): return 0
