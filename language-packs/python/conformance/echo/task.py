"""A task for `pelato pack check`: takes a string and returns it unchanged."""


def exec_task(arg: str) -> str:
    return arg
