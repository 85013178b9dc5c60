"""A task for `pelato pack check`: takes bytes and gives them back as they are."""


def exec_task(arg: bytes) -> bytes:
    return arg
