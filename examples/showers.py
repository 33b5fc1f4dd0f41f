#!/usr/bin/env python3
"""Write a toy of a calorimeter simulation to try examples/calorimeter.yaml with.

usage: showers.py FILE.h5 [SHOWERS]

/showers (N, 80): energy in 5 layers of 16 cells, in MeV, many of them 0.
/incident_energies (N, 1): of the particle, 256 MeV to 4 TeV in powers of two.
"""
import sys

import h5py
import numpy as np

layers, cells = 5, 16
count = int(sys.argv[2]) if len(sys.argv) > 2 else 20000
rng = np.random.default_rng(1)
energies = 2.0 ** rng.integers(8, 23, (count, 1))
profile = np.exp(-0.5 * (np.arange(layers)[:, None] - 2) ** 2 - np.arange(cells) / 3)
share = (profile / profile.sum()).ravel() * rng.gamma(1, 1, (count, layers * cells))
share[share < 1e-3] = 0
with h5py.File(sys.argv[1], "w") as f:
    f.attrs["generator"] = "a toy"
    f.attrs["version"] = np.int32(3)
    showers = f.create_dataset(
        "showers", data=energies * share, dtype="f8",
        chunks=(min(count, 256), layers * cells), compression="gzip", shuffle=True)
    showers.attrs["unit"] = "MeV"
    f.create_dataset("incident_energies", data=energies, dtype="f8").attrs["unit"] = "MeV"
