# figures.py A B DIM: the figures of src/eval/ for two files of floats, by other
# means: NumPy, and SciPy and scikit-learn where these are installed. One "name value" a
# line. For io_figures.c.
import sys

import numpy as np

dim = int(sys.argv[3])
a, b = (np.fromfile(name, np.float32).reshape(-1, dim).astype(float) for name in sys.argv[1:3])


def trace_of_root(s, t):
    try:
        from scipy.linalg import sqrtm
        return np.trace(sqrtm(s @ t)).real
    except ImportError:
        values, vectors = np.linalg.eigh(s)
        root = vectors * np.sqrt(np.maximum(values, 0)) @ vectors.T
        return np.sqrt(np.maximum(np.linalg.eigvalsh(root @ t @ root), 0)).sum()


def frechet():
    s, t = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    apart = a.mean(0) - b.mean(0)
    return apart @ apart + np.trace(s) + np.trace(t) - 2 * trace_of_root(s, t)


def kernel(x, y):
    return (x @ y.T / dim + 1) ** 3


def kernel_distance():
    n, m = len(a), len(b)
    k, l = kernel(a, a), kernel(b, b)
    return ((k.sum() - np.trace(k)) / (n * (n - 1)) + (l.sum() - np.trace(l)) / (m * (m - 1))
            - 2 * kernel(a, b).mean())


def squares(x, y):
    return ((x[:, None, :] - y[None, :, :]) ** 2).sum(2)


def radii(x, k):
    try:
        from sklearn.neighbors import NearestNeighbors
        found = NearestNeighbors(n_neighbors=k + 1).fit(x).kneighbors(x, return_distance=False)
        return ((x - x[found[:, k]]) ** 2).sum(1)
    except ImportError:
        return np.sort(squares(x, x), 1)[:, k]


def prdc():
    between = squares(a, b)
    inside = between <= radii(a, 5)[:, None]
    return {"precision": (between <= radii(a, 3)[:, None]).any(0).mean(),
            "recall": (between <= radii(b, 3)[None, :]).any(1).mean(),
            "density": inside.sum() / 5 / len(b),
            "coverage": inside.any(1).mean()}


def accuracy():
    n = min(len(a), len(b))
    both = np.concatenate([a[:n], b[:n]])
    apart = squares(both, both)
    np.fill_diagonal(apart, np.inf)
    return ((apart.argmin(1) >= n) == (np.arange(2 * n) >= n)).mean()


# Of the first numbers alone: one direction.
def wasserstein():
    steps = np.unique(np.concatenate([np.arange(len(x) + 1) / len(x) for x in (a, b)]).round(12))
    middle = (steps[1:] + steps[:-1]) / 2
    x, y = (np.sort(s[:, 0])[(middle * len(s)).astype(int)] for s in (a, b))
    return np.sqrt(((x - y) ** 2 * np.diff(steps)).sum())


# The first number is the score.
def auc():
    x, y = a[:, 0], b[:, 0]
    try:
        from scipy.stats import mannwhitneyu
        return mannwhitneyu(x, y).statistic / len(x) / len(y)
    except ImportError:
        return (np.sign(x[:, None] - y[None, :]) + 1).mean() / 2


print("frechet", repr(float(frechet())))
print("kernel", repr(float(kernel_distance())))
for name, value in prdc().items():
    print(name, repr(float(value)))
print("accuracy", repr(float(accuracy())))
print("wasserstein", repr(float(wasserstein())))
print("auc", repr(float(auc())))
