#!/usr/bin/env python3
"""Makes golden_conv.h: what PyTorch computes for the cases below.

Needs PyTorch (made with 1.13); building and running the tests does not.
    python3 tests/golden_conv.py > tests/golden_conv.h
Inputs are whole numbers given by value(), restated in test_conv.c, and small
enough for every sum to be exact in single precision, so that the test can ask
for equality. Tensors are written in gentrain's layouts: images NHWC, weights
[kh, kw, cin, filters] or, transposed, [cin, kh, kw, filters].
"""
import textwrap

import torch
import torch.nn.functional as F


def case(name, transposed, n, size, filters, kernel, stride, padding, extra=0,
         same=None):
    """padding: PyTorch's, one number or (vertical, horizontal); or None, and
    same = zeros (top, bottom, left, right) that padding=same must amount to."""
    pair = lambda v: (v, v) if isinstance(v, int) else v
    return dict(name=name, transposed=transposed, n=n, size=size,
                filters=filters, kernel=pair(kernel), stride=pair(stride),
                padding=padding and pair(padding) or (0, 0), extra=pair(extra),
                same=same)


CASES = [
    case("conv k5 s2 p2, odd sizes", False, 2, (7, 5, 2), 3, 5, 2, 2),
    case("conv k3 s3", False, 2, (8, 7, 2), 2, 3, 3, 0),
    case("conv k3x2 s2x1 p1x0", False, 1, (5, 4, 3), 4, (3, 2), (2, 1), (1, 0)),
    case("conv k3 s1 p1, few filters", False, 2, (4, 5, 3), 1, 3, 1, 1),
    case("conv k5 s2 same, even sizes", False, 1, (8, 6, 2), 2, 5, 2, None,
         same=(1, 2, 1, 2)),
    case("transposed k4 s2 p1", True, 2, (3, 4, 3), 2, 4, 2, 1),
    case("transposed k5 s2 p2 output_padding 1", True, 2, (3, 2, 2), 3, 5, 2, 2,
         1),
    case("transposed k3 s3", True, 2, (2, 3, 2), 2, 3, 3, 0),
    case("transposed k3x2 s2x3 p1x0 output_padding 0x2", True, 1, (3, 2, 2), 3,
         (3, 2), (2, 3), (1, 0), (0, 2)),
    case("transposed k5 s2 same", True, 1, (3, 4, 2), 1, 5, 2, None,
         same=(1, 2, 1, 2)),
]


def value(i, salt):
    return (i * i * 31 + i * 17 + salt * 101) % 1009 % 21 - 10


def filled(shape, salt):
    count = torch.Size(shape).numel()
    numbers = [value(i, salt) for i in range(count)]
    return torch.tensor(numbers, dtype=torch.float64).reshape(shape)


def forward(c, x, w, b):
    """All in gentrain's layouts."""
    x = x.permute(0, 3, 1, 2).contiguous()
    stride, padding = c["stride"], c["padding"]
    if not c["transposed"]:
        if c["same"]:
            top, bottom, left, right = c["same"]
            x = F.pad(x, (left, right, top, bottom))
        y = F.conv2d(x, w.permute(3, 2, 0, 1).contiguous(), b, stride,
                     padding)
    else:
        y = F.conv_transpose2d(x, w.permute(0, 3, 1, 2).contiguous(), b,
                               stride, padding, c["extra"])
        if c["same"]:
            top, bottom, left, right = c["same"]
            y = y[:, :, top:y.shape[2] - bottom, left:y.shape[3] - right]
    return y.permute(0, 2, 3, 1)


def results(c):
    (h, w, cin), (kh, kw) = c["size"], c["kernel"]
    dims = [cin, kh, kw] if c["transposed"] else [kh, kw, cin]
    given = [filled([c["n"], h, w, cin], 1), filled(dims + [c["filters"]], 2),
             filled([c["filters"]], 3)]
    for tensor in given:
        tensor.requires_grad_()
    y = forward(c, *given)
    (y * filled(list(y.shape), 4)).sum().backward()
    return [y.detach()] + [tensor.grad for tensor in given]


def row(c, index):
    numbers = lambda v: "{" + ", ".join(map(str, v)) + "}"
    (up, side) = c["padding"]
    padding = "{CONV_SAME, 0, 0, 0}" if c["same"] else numbers((up, up, side, side))
    print(f'    {{"{c["name"]}",')
    print(f'     {{{str(c["transposed"]).lower()}, {c["n"]}, '
          f'{numbers(c["size"])}, {c["filters"]}, {numbers(c["kernel"])}, '
          f'{numbers(c["stride"])}, {padding}, {numbers(c["extra"])}}},')
    print("     " + ", ".join(f"golden_{part}_{index}"
                              for part in ("y", "dx", "dw", "db")) + "},")


def main():
    print(f"""\
/* golden_conv.h: convolutions by PyTorch {torch.__version__}.
 * Made by golden_conv.py, which says how; do not edit. */
#ifndef GT_TESTS_GOLDEN_CONV_H
#define GT_TESTS_GOLDEN_CONV_H

#include "conv_bench.h"

/* clang-format off */""")
    for index, c in enumerate(CASES):
        print(f'/* {c["name"]} */')
        for part, tensor in zip(("y", "dx", "dw", "db"), results(c)):
            whole = [int(v) for v in tensor.reshape(-1).tolist()]
            assert max(map(abs, whole)) < 1 << 20
            print(f"static const int golden_{part}_{index}[] = {{")
            print(textwrap.fill(", ".join(map(str, whole)) + "};", 80,
                                initial_indent="    ",
                                subsequent_indent="    "))
    print("""
static const struct {
    const char *name;
    conv_case c;
    const int *y, *dx, *dw, *db;
} golden[] = {""")
    for index, c in enumerate(CASES):
        row(c, index)
    print("""};
/* clang-format on */
enum { GOLDEN = sizeof golden / sizeof *golden };

#endif""")


if __name__ == "__main__":
    main()
