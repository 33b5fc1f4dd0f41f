"""Write pictures, and what is to be read from them, into a folder.

For io_pictures.c. Beside PICTURE there is PICTURE.want: eight 32-bit numbers
(how to fit: -1 not at all, 0 crop, 1 pad; height, width, channels; bits; the
difference that is allowed; and two of no meaning), then the values, rows first,
as 16-bit numbers. Or PICTURE.refused: a part of the message.
"""
import struct
import sys
import zlib

import numpy as np
from PIL import Image, ImageOps

folder = sys.argv[1]
numbers = np.random.RandomState(5)
NONE, CROP, PAD = -1, 0, 1


def want(name, values, bits=8, fit=NONE, near=0):
    values = np.asarray(values)
    if values.ndim == 2:
        values = values[:, :, None]
    with open(f"{folder}/{name}.want", "wb") as out:
        out.write(struct.pack("=8i", fit, *values.shape, bits, near, 0, 0))
        out.write(values.astype("=u2").tobytes())


def refused(name, text):
    with open(f"{folder}/{name}.refused", "w") as out:
        out.write(text)


def noise(*shape, least=0, most=256):
    return numbers.randint(least, most, shape)


def smooth(h, w):
    y, x = np.mgrid[:h, :w]
    waves = [127 + 120 * np.sin(x / 7 + y / 5 + 2 * c) for c in range(3)]
    return np.stack(waves, 2).astype("u1")


# --- PNG files that Pillow does not write: a writer of its own.
def chunk(kind, data):
    body = kind + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))


def packed_rows(values, depth):
    """Rows of a pass, each after its filter type 0."""
    rows = b""
    for row in values:
        row = row.reshape(-1)
        if depth == 16:
            data = row.astype(">u2").tobytes()
        elif depth == 8:
            data = row.astype("u1").tobytes()
        else:
            bits = ((row[:, None] >> np.arange(depth)[::-1]) & 1).reshape(-1)
            data = np.packbits(bits.astype("u1")).tobytes()
        rows += b"\0" + data
    return rows


ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4),
         (1, 0, 2, 2), (0, 1, 1, 2)]


def png(name, values, depth, kind, extra=(), interlaced=False):
    h, w = values.shape[:2]
    if values.ndim == 2:
        values = values[:, :, None]
    if interlaced:
        passes = [values[y::dy, x::dx] for x, y, dx, dy in ADAM7]
        raw = b"".join(packed_rows(p, depth) for p in passes if p.size)
    else:
        raw = packed_rows(values, depth)
    head = struct.pack(">IIBBBBB", w, h, depth, kind, 0, 0, int(interlaced))
    with open(f"{folder}/{name}", "wb") as out:
        out.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head))
        for part in extra:
            out.write(chunk(*part))
        out.write(chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b""))


def every_mode():
    colour = Image.fromarray(smooth(19, 13))
    alpha = Image.fromarray(noise(19, 13).astype("u1"))
    four = colour.copy()
    four.putalpha(alpha)
    two = colour.convert("L")
    two.putalpha(alpha)
    for image in (colour.convert("1"), colour.convert("L"), two, colour, four):
        name = f"mode_{image.mode}.png"
        image.save(f"{folder}/{name}")
        values = np.asarray(image).astype(int)
        want(name, values * 255 if image.mode == "1" else values)
    palette = colour.quantize(9)
    palette.save(f"{folder}/mode_P.png")
    want("mode_P.png", palette.convert("RGB"))
    palette.save(f"{folder}/mode_P_clear.png", transparency=bytes(range(0, 90, 10)))
    again = Image.open(f"{folder}/mode_P_clear.png").convert("RGBA")
    want("mode_P_clear.png", again)
    deep = noise(11, 7, most=65536)
    Image.fromarray(deep.astype("u2")).save(f"{folder}/mode_I16.png")
    want("mode_I16.png", deep, 16)


def every_depth():
    for depth in (1, 2, 4, 8, 16):
        most = 2 ** depth
        for interlaced in (False, True):
            kind = "interlaced" if interlaced else "plain"
            grey = noise(21, 18, most=most)
            name = f"grey_{depth}_{kind}.png"
            png(name, grey, depth, 0, interlaced=interlaced)
            scale = 255 // (most - 1) if depth < 8 else 1
            want(name, grey * scale, max(depth, 8))
            if depth <= 8:
                colours = noise(most, 3)
                name = f"palette_{depth}_{kind}.png"
                png(name, grey, depth, 3,
                    [(b"PLTE", colours.astype("u1").tobytes())], interlaced)
                want(name, colours[grey])
            if depth >= 8:
                for code, n in ((2, 3), (4, 2), (6, 4)):
                    values = noise(9, 10, n, most=most)
                    name = f"colour_{depth}_{n}_{kind}.png"
                    png(name, values, depth, code, interlaced=interlaced)
                    want(name, values, depth)
    grey = noise(8, 8, most=4)
    png("key_grey.png", grey, 2, 0, [(b"tRNS", b"\0\2")])
    want("key_grey.png", np.stack([grey * 85, (grey != 2) * 255], 2))
    deep = noise(4, 4, 3, most=65536)
    png("key_deep.png", deep, 16, 2, [(b"tRNS", struct.pack(">3H", *deep[1, 2]))])
    same = (deep == deep[1, 2]).all(2)
    want("key_deep.png", np.concatenate([deep, np.where(same, 0, 65535)[:, :, None]], 2), 16)
    # A gamma and a profile change no value.
    values = noise(5, 5)
    png("gamma.png", values, 8, 0, [(b"gAMA", struct.pack(">I", 100000)),
                                    (b"sRGB", b"\0"), (b"tEXt", b"a\0b")])
    want("gamma.png", values)


def jpegs():
    colour = Image.fromarray(smooth(45, 37))
    for name, image, options in (
            ("grey.jpg", colour.convert("L"), {}),
            ("colour.jpg", colour, {"subsampling": 0}),
            ("halved.jpg", colour, {"subsampling": 2}),
            ("half.jpg", colour, {"subsampling": 1}),
            ("progressive.jpg", colour, {"progressive": True}),
            ("progressive_grey.jpg", colour.convert("L"), {"progressive": True})):
        image.save(f"{folder}/{name}", quality=85, **options)
        want(name, Image.open(f"{folder}/{name}"))
    colour.save(f"{folder}/jpeg_called.png", "JPEG")
    want("jpeg_called.png", Image.open(f"{folder}/jpeg_called.png"))
    colour.convert("CMYK").save(f"{folder}/cmyk.jpg")
    refused("cmyk.jpg", "in CMYK, colours for print; convert it to RGB")


def orientations():
    image = Image.fromarray(smooth(24, 40))
    for i in range(1, 9):
        exif = Image.Exif()
        exif[274] = i
        for name in (f"turned_{i}.jpg", f"turned_{i}.png"):
            image.save(f"{folder}/{name}", exif=exif)
            want(name, ImageOps.exif_transpose(Image.open(f"{folder}/{name}")))
    # The block of the other byte order, and behind the pixels.
    block = b"MM\0*\0\0\0\x08\0\1" + struct.pack(">HHIHHI", 274, 3, 1, 6, 0, 0)
    values = noise(4, 6)
    png("turned_big.png", values, 8, 0, [(b"eXIf", block)])
    want("turned_big.png", np.rot90(values, -1))


def means(values, h, w):
    """Means over areas, exact: each pixel is cut into h x w."""
    n, m, c = values.shape
    cut = values.repeat(h, 0).repeat(w, 1)
    sums = cut.reshape(h, n, w, m, c).sum((1, 3))
    return (2 * sums + n * m) // (2 * n * m)


def fits():
    def save(name, values):
        Image.fromarray(values.astype("u1").squeeze()).save(f"{folder}/{name}")

    for i, (h, w, to_h, to_w) in enumerate(((24, 24, 8, 8), (24, 36, 8, 12),
                                            (64, 64, 64, 64), (200, 100, 2, 1))):
        values = noise(h, w, 3)
        save(f"whole_{i}.png", values)
        want(f"whole_{i}.png", means(values, to_h, to_w), fit=CROP)
    values = noise(7, 14, 1)
    save("part.png", values)
    want("part.png", means(values, 3, 6), fit=CROP, near=1)
    # Crops and pads; a pixel too many is on the right and below.
    values = noise(12, 27, 3)
    save("crop.png", values)
    want("crop.png", means(values[:, 7:19], 4, 4), fit=CROP)
    save("pad.png", values)
    padded = np.zeros((9, 9, 3), int)
    padded[2:6] = means(values, 4, 9)
    want("pad.png", padded, fit=PAD, near=0)
    values = noise(5, 8, 1)
    save("same.png", values)
    want("same.png", values[:, 1:6], fit=CROP)
    deep = noise(6, 6, most=65536)
    png("deep.png", deep, 16, 0)
    want("deep.png", means(deep[:, :, None], 3, 3), 16, fit=CROP)
    # Growing, as Pillow does it. It rounds twice, and cuts off what is too dark
    # or too bright in between, so nothing is.
    for i, (size, shape) in enumerate((((5, 5), (32, 32)), ((13, 26), (20, 40)),
                                       ((1, 1), (4, 4)), ((2, 4), (3, 6)))):
        image = Image.fromarray(noise(*size, 3, least=80, most=176).astype("u1"))
        image.save(f"{folder}/grow_{i}.png")
        grown = image.resize(shape[::-1], Image.BICUBIC)
        want(f"grow_{i}.png", grown, fit=CROP, near=1)
    image = Image.fromarray(noise(6, 9, 3, least=80, most=176).astype("u1"))
    image.save(f"{folder}/grow_crop.png")
    grown = image.resize((24, 24), Image.BICUBIC, box=(1.5, 0, 7.5, 6))
    want("grow_crop.png", grown, fit=CROP, near=1)


def channels():
    colour = Image.fromarray(noise(9, 9, 3).astype("u1"))
    grey = Image.fromarray(noise(9, 9).astype("u1"))
    alpha = noise(9, 9)
    four, two = colour.copy(), grey.copy()
    for image in (four, two):
        image.putalpha(Image.fromarray(alpha.astype("u1")))

    def black(image):
        values = np.asarray(image).astype(int)
        values = values[:, :, None] if values.ndim == 2 else values
        return (values * alpha[:, :, None] + 127) // 255

    opaque = np.full((9, 9, 1), 255)
    for name, image, wanted in (
            ("to_grey.png", colour, colour.convert("L")),
            ("to_colour.png", grey, grey.convert("RGB")),
            ("to_four.png", colour, np.concatenate([colour, opaque], 2)),
            ("grey_to_four.png", grey, np.concatenate([grey.convert("RGB"), opaque], 2)),
            ("four.png", four, four),
            ("two_to_four.png", two, two.convert("RGBA")),
            ("four_to_colour.png", four, black(colour)),
            ("four_to_grey.png", four, black(colour.convert("L"))),
            ("two_to_grey.png", two, black(grey)),
            ("two_to_colour.png", two, black(grey.convert("RGB")))):
        image.save(f"{folder}/{name}")
        want(name, wanted, fit=CROP)
    # Depths.
    deep = noise(7, 7, 3, most=65536)
    png("deep_to_bytes.png", deep, 16, 2)
    want("deep_to_bytes.png", (deep + 128) // 257, fit=CROP)
    values = noise(7, 7)
    png("bytes_to_deep.png", values, 8, 0)
    want("bytes_to_deep.png", values * 257, 16, fit=CROP)
    # What is not seen does not colour what is.
    values = np.zeros((2, 2, 4), int)
    values[0, 0] = 200, 100, 50, 255
    values[0, 1] = 0, 255, 255, 0
    values[1] = values[0]
    png("clear.png", values, 8, 6)
    want("clear.png", np.array([[[200, 100, 50, 128]]]), fit=CROP)


every_mode()
every_depth()
jpegs()
orientations()
fits()
channels()
