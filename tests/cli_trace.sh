# --trace leaves a timeline that trace viewers can read: a process for every
# rank, rows whose spans nest, and all that a step consists of.
#
# ctest: threads
. "$(dirname "$0")/common.sh"

refused 4 "nowhere/t.json" 2 train gan.yaml --out x --trace nowhere/t.json
mkdir folder
refused 4 "folder" 2 train gan.yaml --out x --trace folder
refused 2 "--trace FILE" 2 train gan.yaml --out x --trace-steps 3
[ ! -e x ] || fail "a refused run left its directory behind"

need_tool python3
python3 -c 'import json' || exit 77
cat >check.py <<'EOP'
# check.py FILE RANKS STEPS RECIPE: what every trace must be.
import json, sys

path, ranks, steps, recipe = sys.argv[1:]
ranks, steps = int(ranks), int(steps)
events = json.load(open(path))["traceEvents"]

def names(key, **where):
    return [e["args"]["name"] for e in events if e["name"] == key
            and all(e[k] == v for k, v in where.items())]

def ns(us):
    return round(us * 1000)

def tid_of(pid, thread):
    (tid,) = [e["tid"] for e in events if e["name"] == "thread_name"
              and e["pid"] == pid and e["args"]["name"] == thread]
    return tid

def row(pid, thread):
    tid = tid_of(pid, thread)
    spans = [e for e in events
             if e["ph"] == "X" and e["pid"] == pid and e["tid"] == tid]
    return [(ns(e["ts"]), ns(e["ts"]) + ns(e["dur"]), e["name"], e.get("args"))
            for e in spans]

networks = { # without activations, which the layers before them carry out
    "gan": {"generator": "00_dense 02_batch_norm 04_conv2d_transpose "
                         "05_batch_norm 07_conv2d_transpose",
            "discriminator": "00_conv2d 02_dropout 03_conv2d 04_batch_norm "
                             "07_dense"},
    "vae": {"encoder": "01_dense 03_dense", "decoder": "00_dense 02_dense"},
}[recipe]
wanted = {"step", "wait for data", "held-out figures", "agree on outputs", "checkpoint"}
if ranks > 1:
    wanted.add("reduction")
for network, layers in networks.items():
    wanted |= {f"{network} wait for reduction", f"{network} optimizer"}
    for layer in layers.split():
        wanted |= {f"{network}/{layer} forward", f"{network}/{layer} backward"}

assert {e["pid"] for e in events} == set(range(ranks))
for rank in range(ranks):
    (name,) = names("process_name", pid=rank)
    assert name.startswith(f"rank {rank} ("), name
    assert names("thread_name", pid=rank, tid=0) == ["training"]
    seen = {name for _, _, name, _ in row(rank, "training")}
    assert wanted <= seen, wanted - seen
    assert {name for _, _, name, _ in row(rank, "loader")} == {"load"}
    assert ("pictures" in seen) == (rank == 0)
# Files are written while the next steps run, the last perhaps after the trace.
assert steps < 12 or "write checkpoint" in {name for _, _, name, _ in row(0, "writer")}

def nested(spans):
    """Yield each span with those around it; fail where spans overlap."""
    stack, last = [], None
    for span in spans:
        begin, end = span[:2]
        assert begin <= end
        assert last is None or last <= begin, "not in order"
        last = begin
        while stack and stack[-1][1] <= begin:
            stack.pop()
        assert not stack or end <= stack[-1][1], (stack[-1], span)
        yield span, [s[2] for s in stack]
        stack.append(span)

steps_of = []
for rank in range(ranks):
    of = [s for s in row(rank, "training") if s[2] == "step"]
    for (_, end, name, _), around in nested(row(rank, "training")):
        if name == "step":
            assert around == []
        elif name == "wait for data" and end <= of[0][0]:
            assert around == [] # the first batches are there before step 1
        else:
            assert around[:1] == ["step"], name
            assert around.count("step") == 1
        if name.endswith("wait for reduction") or name == "pictures":
            assert around == ["step"]
    for _, around in nested(row(rank, "loader")):
        assert around == []
    assert [s[3]["number"] for s in of] == list(range(1, steps + 1))
    steps_of.append(of)

# No rank can end a step that another has not begun: true if clocks agree.
for same in zip(*steps_of):
    assert max(s[0] for s in same) <= min(s[1] for s in same), same
EOP

must "tracing a GAN" ranks 2 train gan.yaml --out gan --trace gan/trace.json
says err.txt "12 steps of this run are in gan/trace.json"
must "the trace of a GAN" python3 check.py gan/trace.json 2 12 gan
must "tracing a VAE" ranks 1 train vae.yaml --out vae --trace t.json \
    --trace-steps 6
says err.txt "6 steps of this run are in t.json"
must "the trace of a VAE" python3 check.py t.json 1 6 vae

must "the same run without a trace" ranks 2 train gan.yaml --out plain --quiet
if command -v h5diff >/dev/null; then
    same {plain,gan}/checkpoints/step-00000012.h5
fi

# Written early, the file is there while the run goes on; and a run that is
# interrupted before writes it too.
sed -i 's/shards: 12/shards: 2/' gan.yaml
for steps in 3 100000; do
    "$MPIRUN" -np 2 "$GENTRAIN" train gan.yaml --out part-$steps \
        --steps 1000000 --set output.test_every=6 --set output.keep=1 \
        --trace part.json --trace-steps $steps >out.txt 2>err.txt &
    launcher=$!
    for _ in $(seq 300); do
        [ "$steps" -eq 3 ] && [ -s part.json ] && break
        [ "$steps" -ne 3 ] && [ "$(ls part-$steps/checkpoints 2>/dev/null)" ] &&
            break
        sleep 0.1
    done
    [ "$steps" -ne 3 ] || [ -s part.json ] || fail "the trace was not early"
    [ "$steps" -eq 3 ] || [ ! -e part.json ] || fail "the trace was early"
    kill -TERM "$(ranks_of $launcher | head -n 1)"
    wait $launcher || fail "an interrupted run gave exit code $?"
    whole=$(sed -n 's/.*first \([0-9]*\) steps of this run.*/\1/p' err.txt)
    [ "$steps" -ne 3 ] || [ "$whole" -eq 3 ] || fail "not 3 steps"
    [ "$steps" -eq 3 ] && rm part.json && continue
    must "the trace of an interrupted run" \
        python3 check.py part.json 2 "$whole" gan
done
[ -z "$(find . -name '*.tmp')" ] || fail "temporary files were left"
