"""A task for `pelato pack check`: takes a text and fails with it."""


def exec_task(arg: str) -> str:
    raise ValueError(arg)
