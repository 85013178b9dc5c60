"""A task for `pelato pack check`: raises what nobody expects, whatever it takes."""


def exec_task(arg: str) -> str:
    return {}["on purpose"]
