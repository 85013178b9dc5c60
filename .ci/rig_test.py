"""Tests of rig.py: python3 .ci/rig_test.py"""

import hashlib
import io
import lzma
import os
import subprocess
import sys
import tarfile
import tempfile
import unittest
from pathlib import Path

SCRIPT = Path(__file__).with_name("rig.py")


class Rig(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.rig, self.sources, self.goal = (Path(folder.name) / name for name in ("rig", "sources", "goal"))
        self.rig.mkdir()
        self.sources.mkdir()
        (self.sources / "lock").write_text("a 1.0\n")
        (self.sources / "rig.toml").write_text("version = 3\n")

    def pack(self, archive, content, version=3):
        (self.rig / archive).write_bytes(content)
        lock = hashlib.sha256(b"a 1.0\n").hexdigest()
        sha256 = hashlib.sha256(content).hexdigest()
        (self.rig / "rig.toml").write_text(
            f'[it]\narchive = "{archive}"\nsha256 = "{sha256}"\nlock = "{lock}"\nversion = {version}\n'
        )

    def run_script(self):
        command = [sys.executable, SCRIPT, "it", self.sources, "lock", self.goal]
        environment = {**os.environ, "PELATO_RIG": str(self.rig)}
        return subprocess.run(command, env=environment, capture_output=True, text=True)

    def assert_unfit(self, reason):
        done = self.run_script()
        self.assertEqual((done.returncode, done.stdout), (3, ""))
        self.assertIn(reason, done.stderr)
        self.assertFalse(self.goal.exists())

    def folder(self):
        done = self.run_script()
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return Path(done.stdout.rstrip("\n"))

    def test_a_single_program_is_unpacked_once_and_replaces_an_older_one(self):
        self.pack("it.xz", lzma.compress(b"#!/bin/sh\necho one\n"))
        first = self.folder()
        self.assertEqual(subprocess.check_output([first / "it"]), b"one\n")
        kept = (first / "it").stat().st_mtime_ns
        self.assertEqual((self.folder() / "it").stat().st_mtime_ns, kept)
        self.pack("it.xz", lzma.compress(b"#!/bin/sh\necho two\n"))
        second = self.folder()
        self.assertEqual(subprocess.check_output([second / "it"]), b"two\n")
        self.assertFalse(first.exists())

    def test_an_archive_keeps_names_and_permissions_and_gets_the_current_time(self):
        content = io.BytesIO()
        with tarfile.open(fileobj=content, mode="w:xz") as archive:
            program = tarfile.TarInfo("./wadm")
            program.mode, program.size, program.mtime = 0o755, 10, 1
            archive.addfile(program, io.BytesIO(b"#!/bin/sh\n"))
        self.pack("it.tar.xz", content.getvalue())
        program = self.folder() / "wadm"
        self.assertTrue(os.access(program, os.X_OK))
        self.assertGreater(program.stat().st_mtime, 1)

    def test_what_an_interrupted_run_has_left_does_not_count(self):
        self.pack("it.xz", lzma.compress(b"whole"))
        (self.goal / "it" / "half").mkdir(parents=True)
        (self.goal / "it" / "half" / "it").write_bytes(b"wh")
        self.assertEqual((self.folder() / "it").read_bytes(), b"whole")

    def test_other_sources_are_built(self):
        self.assert_unfit("there is no")
        self.pack("it.xz", lzma.compress(b"x"), version=2)
        self.assert_unfit("version 2 there, 3 in")
        self.pack("it.xz", lzma.compress(b"x"))
        (self.sources / "lock").write_text("a 1.1\n")
        self.assert_unfit("it was built with another")

    def test_a_damaged_folder_is_not_used(self):
        self.pack("it.xz", lzma.compress(b"x"))
        (self.rig / "it.xz").write_bytes(b"y")
        self.assert_unfit("is missing or damaged")
        (self.rig / "rig.toml").write_text("[other]\n")
        self.assert_unfit("has no [it]")
        (self.rig / "rig.toml").write_text("[it]\narchive =\n")
        self.assert_unfit("TOMLDecodeError")


unittest.main()
