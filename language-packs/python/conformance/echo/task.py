"""A task for `pelato pack check`: takes a text and gives it back as it is."""


def exec_task(arg: str) -> str:
    return arg
