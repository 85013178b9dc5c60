"""Run with `python3 -m unittest` in this folder."""

import json
import unittest

from task import exec_task


class ExecTask(unittest.TestCase):
    def test_levels(self):
        for kelvin, level in [(273.15, "cold"), (294.65, "fine"), (304.15, "warm")]:
            labelled = json.loads(exec_task(json.dumps({"Data": kelvin, "Name": "attic"})))
            self.assertEqual(labelled, {"Data": kelvin, "Name": "attic", "Level": level})


if __name__ == "__main__":
    unittest.main()
