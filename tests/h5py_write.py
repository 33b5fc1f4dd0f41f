"""Writes a file with h5py that has every type, byte order, layout and filter that
is read, and beside it, as plain doubles, what is in each data set.

    python3 h5py_write.py FOLDER

all.h5 has the data sets; all.txt a line "NAME COUNT" for each, and all.bin its
COUNT doubles, in the same order. bad.h5 has what is refused."""
import sys

import h5py
import numpy as np

folder = sys.argv[1]
random = np.random.default_rng(1)
out = h5py.File(folder + "/all.h5", "w")
names, numbers = open(folder + "/all.txt", "w"), open(folder + "/all.bin", "wb")


def keep(name, data):
    names.write("/%s %d\n" % (name, data.size))
    numbers.write(np.ascontiguousarray(data).astype("<f8").tobytes())


def put(name, data, **how):
    out.create_dataset(name, data=data, **how)
    keep(name, data)


def values(kind, shape):
    kind = np.dtype(kind)
    if kind.kind == "f":
        data = random.normal(size=shape) * 10.0 ** random.integers(-4, 4, size=shape)
        data.flat[0] = 0
        data.flat[1:4] = [np.inf, -np.inf, np.finfo(kind).tiny / 4]
        return data.astype(kind)
    low, high = np.iinfo(kind).min, np.iinfo(kind).max
    data = random.integers(low, high, size=shape, dtype=kind.newbyteorder("="), endpoint=True)
    data.flat[0:2] = [low, high]
    return data.astype(kind)


shape = (23, 6, 5, 3)
for order in "<>":
    for kind in "i1 u1 i2 u2 i4 u4 i8 u8 f2 f4 f8".split():
        name = kind + ("_big" if order == ">" else "")
        put("types/" + name, values(order + kind, shape))
        put("packed/" + name, values(order + kind, shape), chunks=(4, 6, 5, 3),
            compression="gzip", shuffle=True, fletcher32=True)
put("types/bool", random.integers(0, 2, size=shape).astype(bool))
# Integers of 3, 5, 6 and 7 bytes, and of 11 bits.
for size, bits in (3, 24), (5, 40), (6, 48), (7, 56), (4, 11):
    odd = h5py.h5t.STD_I64LE.copy()
    odd.set_precision(bits)
    odd.set_size(size)
    data = random.integers(-2**(bits - 1), 2**(bits - 1), size=(7, 5))
    made = h5py.h5d.create(out["types"].id, b"bits%d" % bits, odd, h5py.h5s.create_simple((7, 5)))
    made.write(h5py.h5s.ALL, h5py.h5s.ALL, data)
    keep("types/bits%d" % bits, data)

data = values("<f4", shape)
put("layouts/contiguous", data)
for name, chunks in {"rows": (4, 6, 5, 3), "one": (1, 6, 5, 3), "parts": (5, 4, 3, 2),
                     "large": (23, 6, 5, 3), "columns": (23, 1, 1, 1)}.items():
    put("layouts/chunks_" + name, data, chunks=chunks)
    put("layouts/gzip_" + name, data, chunks=chunks, compression="gzip", compression_opts=9)
for name, how in {"shuffle": {"shuffle": True}, "fletcher32": {"fletcher32": True},
                  "gzip_shuffle": {"compression": "gzip", "shuffle": True},
                  "lzf": {"compression": "lzf"},
                  "lzf_shuffle": {"compression": "lzf", "shuffle": True, "fletcher32": True},
                  "gzip_fletcher32": {"compression": "gzip", "fletcher32": True},
                  "scaleoffset": {"scaleoffset": 0}}.items():
    whole = random.integers(0, 1000, size=shape).astype("<i4")
    put("filters/" + name, whole, chunks=(5, 4, 5, 3), **how)
put("filters/lzf_long", np.repeat(values("<i4", (11, 5)), 900, axis=1), chunks=(3, 4500),
    compression="lzf")
if h5py.h5z.filter_avail(h5py.h5z.FILTER_SZIP):
    put("filters/szip", values("<i2", shape), chunks=(5, 6, 5, 3), compression="szip")

compact = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
compact.set_layout(h5py.h5d.COMPACT)
data = values("<i4", (9, 4))
made = h5py.h5d.create(out["layouts"].id, b"compact", h5py.h5t.STD_I32LE,
                       h5py.h5s.create_simple(data.shape), compact)
made.write(h5py.h5s.ALL, h5py.h5s.ALL, data)
keep("layouts/compact", data)

# Chunks that were never written, a fill value, and a filter that was left out.
holes = out.create_dataset("layouts/holes", (20, 6), ">i2", chunks=(3, 4), fillvalue=-7,
                           compression="gzip")
holes[6:9] = 5
holes[19] = 9
keep("layouts/holes", holes[...])
mask = out.create_dataset("filters/mask", (8, 4), "<u2", chunks=(4, 4), compression="gzip",
                          shuffle=True)
data = values("<u2", (8, 4))
mask[0:4] = data[0:4]
mask.id.write_direct_chunk((4, 0), data[4:8].tobytes(), filter_mask=3)
keep("filters/mask", data)
late = out.create_dataset("layouts/grown", (0, 5), "<f4", maxshape=(None, 5), chunks=(2, 5))
data = values("<f4", (11, 5))
late.resize(11, axis=0)
late[...] = data
keep("layouts/grown", data)

data = values("<f8", (6, 7))
out.create_dataset("layouts/external", (6, 7), "<f8", external=[(folder + "/raw.bin", 0, 336)])
out["layouts/external"][...] = data
keep("layouts/external", data)
parts = h5py.VirtualLayout(shape=(46, 6, 5, 3), dtype="<f4")
parts[:23] = h5py.VirtualSource(folder + "/all.h5", "layouts/contiguous", shape=shape)
parts[23:] = h5py.VirtualSource(folder + "/all.h5", "layouts/gzip_rows", shape=shape)
out.create_virtual_dataset("layouts/virtual", parts)
keep("layouts/virtual", np.concatenate([out["layouts/contiguous"][...]] * 2))
out.close()

for latest in False, True:
    how = {"libver": "latest"} if latest else {"userblock_size": 1024}
    with h5py.File(folder + ("/latest.h5" if latest else "/block.h5"), "w", **how) as other:
        for name, chunks in ("chunks", (2, 5)), ("plain", None), ("edges", (3, 3)):
            other.create_dataset(name, data=np.arange(55, dtype="<i2").reshape(11, 5),
                                 chunks=chunks, compression="gzip" if chunks else None)
        other.create_dataset("grown", data=np.arange(55, dtype="<i2").reshape(11, 5),
                             chunks=(2, 5), maxshape=(None, 5))

with h5py.File(folder + "/bad.h5", "w") as bad:
    bad["compound"] = np.zeros(4, dtype=[("a", "f4"), ("b", "i4")])
    bad.create_dataset("text", data=["a", "b"], dtype=h5py.string_dtype())
    bad.create_dataset("bytes", data=np.array([b"abc", b"def"]))
    bad.create_dataset("lists", (3,), dtype=h5py.vlen_dtype("f4"))
    bad.create_dataset("references", (3,), dtype=h5py.ref_dtype)
    bad["opaque"] = np.zeros(3, dtype="V5")
    bad["single"] = 3.0
    bad.create_dataset("none", data=h5py.Empty("f4"))
    unknown = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    unknown.set_chunk((2, 4))
    unknown.set_filter(32015, h5py.h5z.FLAG_OPTIONAL, (3,))  # zstd, which is not there
    h5py.h5d.create(bad.id, b"zstd", h5py.h5t.IEEE_F64LE, h5py.h5s.create_simple((8, 4)), unknown)
    bad.create_dataset("seven", data=np.zeros((1, 1, 1, 1, 1, 1, 1)))
    bad.create_dataset("huge", (2**40, 64, 64), "f4", chunks=(1, 64, 64))
    bad["good"] = np.arange(6.0).reshape(2, 3)
