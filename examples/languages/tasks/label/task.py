"""How warm that is."""

import json


def exec_task(arg: str) -> str:
    reading = json.loads(arg)
    kelvin = reading["Data"]
    reading["Level"] = "cold" if kelvin < 288.15 else "warm" if kelvin > 298.15 else "fine"
    return json.dumps(reading)
