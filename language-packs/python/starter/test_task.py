"""Run with `python3 -m unittest` in this folder: no WebAssembly, no host, no NATS."""

import json
import unittest

from task import exec_task


class ExecTask(unittest.TestCase):
    def test_rounds(self):
        rounded = json.loads(exec_task('{"Name": "kitchen", "Data": 21.46}'))
        self.assertEqual(rounded, {"Name": "kitchen", "Data": 21.5})

    def test_filters_out_what_has_no_name(self):
        self.assertIsNone(exec_task('{"Data": 21.46}'))

    def test_refuses_other_input(self):
        with self.assertRaises(ValueError):
            exec_task("a reading")


if __name__ == "__main__":
    unittest.main()
