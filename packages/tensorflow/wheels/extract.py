"""Unpack from TensorFlow's wheels what a C++ program needs: shared libraries and headers.

Usage: python extract.py WHEEL_FOLDER TARGET_FOLDER

A wheel is a zip file, so no package is installed and no Python of the wheel is ever run. The
layout of site-packages is kept, because TensorFlow finds CUDA by paths relative to its own
library. A TensorFlow wheel has 15,000 members and we take about 270 of them (CPU): this is what
makes the step take seconds. Written for Python 3.8 and later, standard library only.
"""

import os
import shutil
import sys
import zipfile

HEADERS = (
    "tensorflow/include/tensorflow/c/",
    "tensorflow/include/tensorflow/core/platform/",
    "tensorflow/include/xla/tsl/",
    "tensorflow/include/tsl/",
)
VENDOR_FOLDERS = ("nvidia/", "libtpu/")


def is_needed(name):
    """True for TensorFlow's two libraries, the C API's headers and all that a device vendor ships."""
    if name.startswith(HEADERS):
        return name.endswith(".h")
    if name.startswith("tensorflow/libtensorflow"):
        return ".so" in name
    return name.startswith(VENDOR_FOLDERS) and "/include/" not in name


def extract(wheel, target):
    with zipfile.ZipFile(wheel) as archive:
        for member in archive.infolist():
            if member.is_dir() or not is_needed(member.filename):
                continue
            path = os.path.join(target, *member.filename.split("/"))
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with archive.open(member) as source, open(path, "wb") as sink:
                shutil.copyfileobj(source, sink, 1 << 20)
            mode = member.external_attr >> 16
            if mode & 0o111:  # CUDA's ptxas must stay executable
                os.chmod(path, 0o755)


def main():
    wheels, target = sys.argv[1:]
    for name in sorted(os.listdir(wheels)):
        if name.endswith(".whl"):
            extract(os.path.join(wheels, name), target)


main()
