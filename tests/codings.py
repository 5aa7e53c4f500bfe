# SPDX-License-Identifier: LGPL-2.1-or-later
"""The codings of bodies, with the libraries that the reader itself needs: Python has only two of them."""

import ctypes
import ctypes.util
import gzip
import zlib


def _library(name):
    return ctypes.CDLL(ctypes.util.find_library(name) or f"lib{name}.so.1")


def raw_deflate(data):
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


def brotli(data):
    size = ctypes.c_size_t(len(data) + 1024)
    out = ctypes.create_string_buffer(size.value)
    assert _library("brotlienc").BrotliEncoderCompress(5, 22, 0, ctypes.c_size_t(len(data)), data,
                                                       ctypes.byref(size), out)
    return out.raw[:size.value]


def zstd(data):
    library = _library("zstd")
    library.ZSTD_compress.restype = ctypes.c_size_t
    out = ctypes.create_string_buffer(len(data) + 1024)
    size = library.ZSTD_compress(out, ctypes.c_size_t(len(out)), data, ctypes.c_size_t(len(data)), 3)
    assert size <= len(out)
    return out.raw[:size]


# What Content-Encoding says, and what does it.
CODINGS = {
    "gzip": ("gzip", gzip.compress),
    "x-gzip": ("x-gzip", gzip.compress),
    "deflate": ("deflate", zlib.compress),
    "raw-deflate": ("deflate", raw_deflate),
    "br": ("br", brotli),
    "zstd": ("zstd", zstd),
    "twice": ("gzip, br", lambda data: brotli(gzip.compress(data))),
}
