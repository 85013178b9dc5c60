"""A task for `pelato pack check`: has a signature that cannot be used."""


def exec_task() -> float:
    return 273.15
