"""A task for `pelato pack check`: gives an empty result: the message is filtered out."""


def exec_task(arg: str) -> str:
    return ""
