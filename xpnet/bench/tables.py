"""Stand-in until the other branch lands."""


def headline(r):
    return str(r.machine)


def text_tables(r):
    return [
        f"{w.table} | {w.work} | {w.contender} | {w.seconds} | {w.ratio} | {w.aim} | {w.rate} | {w.note}"
        for w in r.rows
    ]
