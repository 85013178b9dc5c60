"""Programs that servers of the tests are made of, taken from a folder of archives instead of compiling them.

    rig.py NAME SOURCES LOCK GOAL

PELATO_RIG names the folder (default: ../shared/rig beside the repository). Its rig.toml says, per NAME, the archive and
its SHA-256, and what it was built from: the SHA-256 of the lock file and a version. They fit when LOCK, in SOURCES, has
that digest and SOURCES/rig.toml has that version. The programs are unpacked into a folder below GOAL, once per archive,
and the folder is printed. Otherwise the exit code is 3 and standard error has the reason: build from source then.
"""

import hashlib
import os
import platform
import shutil
import sys
from pathlib import Path


class Unfit(Exception):
    """The folder has nothing for these sources or this machine."""


def digest(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read(path):
    import tomllib

    with open(path, "rb") as file:
        return tomllib.load(file)


def check_machine():
    """The archives are for x86-64 and were linked against glibc 2.36."""
    libc, version = platform.libc_ver()
    numbers = [int(part) for part in version.split(".") if part.isdigit()]
    if (sys.platform, platform.machine(), libc) != ("linux", "x86_64", "glibc") or numbers < [2, 36]:
        raise Unfit("its programs are for x86-64 Linux with glibc 2.36 or newer")


def find(rig, name, sources, lock):
    """The archive that fits, and its digest."""
    if not (rig / "rig.toml").is_file():
        raise Unfit(f"there is no {rig / 'rig.toml'}")
    entry = read(rig / "rig.toml").get(name)
    if entry is None:
        raise Unfit(f"{rig / 'rig.toml'} has no [{name}]")
    wanted = read(sources / "rig.toml")["version"]
    if entry["version"] != wanted:
        raise Unfit(f"version {entry['version']} there, {wanted} in {sources / 'rig.toml'}")
    if entry["lock"] != digest(sources / lock):
        raise Unfit(f"it was built with another {sources / lock}")
    archive = rig / entry["archive"]
    if not archive.is_file() or digest(archive) != entry["sha256"]:
        raise Unfit(f"{archive} is missing or damaged")
    return archive, entry["sha256"]


def unpack(name, archive, sha256, goal):
    """A `.tar.xz` has several programs, a `.xz` is the program NAME. Half-unpacked folders do not count."""
    import lzma
    import tarfile

    folder = goal / name / sha256[:16]
    if folder.is_dir():
        return folder
    shutil.rmtree(goal / name, ignore_errors=True)
    half = goal / name / "half"
    half.mkdir(parents=True)
    if archive.name.endswith(".tar.xz"):
        with tarfile.open(archive) as content:
            content.extractall(half, filter="data")
    else:
        with lzma.open(archive) as packed, open(half / name, "wb") as program:
            shutil.copyfileobj(packed, program)
        (half / name).chmod(0o755)
    # What is made of the programs is made anew when they are newer.
    for program in half.rglob("*"):
        os.utime(program)
    half.rename(folder)
    return folder


def main():
    name, sources, lock, goal = sys.argv[1], Path(sys.argv[2]), sys.argv[3], Path(sys.argv[4])
    rig = Path(os.environ.get("PELATO_RIG") or "../shared/rig")
    try:
        check_machine()
        print(unpack(name, *find(rig, name, sources, lock), goal).resolve())
    except (Unfit, ImportError, OSError, ValueError, KeyError) as reason:
        text = reason if isinstance(reason, Unfit) else repr(reason)
        print(f"no programs of {name} from {rig}: {text}", file=sys.stderr)
        sys.exit(3)


main()
