# jobs/*.sbatch under a real SLURM: jobs end, are preempted, run out of time,
# are cancelled and lose nodes, and whatever happened the weights are those of a
# run to which nothing happened.
#
# The cluster lives in PID, mount, network, UTS and IPC namespaces: it cannot
# meet a SLURM of this machine, and when this script ends, in whatever way, the
# kernel ends all of it.
#
# Needs root, and Debian's slurmctld slurmd slurm-client
# slurm-wlm-basic-plugins munge iproute2; skipped where that is not there.
set -u
here=$(cd "$(dirname "$0")" && pwd)
enter=(--mount --net --pid --uts --ipc --fork --kill-child --mount-proc)

skip() {
    echo "skipped: $*"
    exit 77
}

if [ -z "${GT_SLURM_SCRATCH:-}" ]; then
    [ "$(id -u)" -eq 0 ] || skip "a SLURM of our own needs root"
    for tool in slurmctld slurmd sbatch munged mungekey ip unshare setpriv; do
        PATH=$PATH:/usr/sbin command -v $tool >/dev/null ||
            skip "$tool is not installed"
    done
    unshare "${enter[@]}" true 2>/dev/null || skip "cannot make namespaces here"
    GT_SLURM_SCRATCH=$(mktemp -d /tmp/gt-slurm.XXXXXX)
    export GT_SLURM_SCRATCH
    trap 'rm -rf "$GT_SLURM_SCRATCH"' EXIT
    trap 'kill -KILL "$inside"; exit 1' INT TERM
    setpriv --pdeathsig KILL unshare "${enter[@]}" bash "$here/slurm.sh" &
    inside=$!
    wait $inside
    exit $?
fi

export PATH=$PATH:/usr/sbin:/sbin
unset OMPI_MCA_btl_tcp_if_include
ip link set lo up
# SLURM resolves no names, and Open MPI does not talk, over the loopback alone.
ip link add name eth0 type veth peer name eth1
ip address add 10.77.0.1/24 dev eth0
ip link set eth0 up
ip link set eth1 up
hostname control
cluster=$GT_SLURM_SCRATCH/slurm
jobs=$GENTRAIN_SOURCE/jobs
# With the scratch folder go all that is called from here and leaves something
# in TMPDIR, as Open MPI does after a crash.
export TMPDIR=$GT_SLURM_SCRATCH
. "$here/../common.sh"
. "$here/cluster.sh"
for variable in "${!SLURM_@}" "${!SBATCH_@}"; do
    unset "$variable"
done

fail() {
    echo "FAILED: $*"
    for log in *.out "$cluster/log/slurmctld.log"; do
        echo "--- $log"
        tail -n 25 "$log"
    done
    squeue
    sinfo -N
    exit 1
}

# within SECONDS COMMAND...: the command succeeds before long.
within() {
    local end=$((SECONDS + $1))
    shift
    until "$@"; do
        [ $SECONDS -lt $end ] || return 1
        sleep 0.3
    done
}

state_is() { [[ $(field "$1" JobState) == "$2" ]]; }
restarted() { [ "$(field "$1" Restarts)" -ge 1 ]; }
has_checkpoint() { [ -n "$(step_of "$1")" ]; }

# rank_on NODE RUN: the process of its rank there.
rank_on() {
    local process
    for process in $(pgrep -f "^$REAL_GENTRAIN train .*--out $2 "); do
        [ "$(nsenter --uts --target "$process" hostname)" != "$1" ] ||
            echo "$process"
    done
}

# step_of RUN: of its newest checkpoint.
step_of() {
    find "$1/checkpoints" -name 'step-*.h5' 2>/dev/null | sort | tail -n 1 |
        sed 's/.*step-0*//; s/\.h5//'
}

# Jobs have a partition, a run directory and a log of their own name.
# submit NAME SBATCH-OPTION...: a training on two nodes, one rank on each.
submit() {
    local name=$1
    shift
    job[$name]=$(sbatch --parsable --job-name="$name" --partition="$name" \
        --output="$name.out" --nodes=2 --ntasks-per-node=1 --time=10 "$@" \
        "$jobs/gentrain.sbatch" gan.yaml --out "$name" \
        --data data --set output.checkpoint_every=200 --quiet) || fail "sbatch refuses $name"
}

# What jobs run: a training without end when first started, so that whatever is
# to happen happens in time, on however fast a machine. Started again it goes on
# to the next multiple of 1000 steps.
cat >paced <<'PACED'
#!/usr/bin/env bash
steps=1000000000
if [ "${SLURM_RESTART_COUNT:-0}" -gt 0 ]; then
    last=$(find "$SLURM_JOB_NAME/checkpoints" -name 'step-*.h5' | sort | tail -n 1)
    last=${last##*step-}
    steps=$(((10#${last%.h5} / 1000 + 1) * 1000))
fi
[ "$1" = train ] || exec "$REAL_GENTRAIN" "$@"
[ -z "${PATIENCE:-}" ] || set -- "$@" --set train.watchdog_s="$PATIENCE"
exec "$REAL_GENTRAIN" "$@" --steps $steps
PACED
chmod +x paced
export REAL_GENTRAIN=$GENTRAIN GENTRAIN=$scratch/paced GENTRAIN_BIND=none
sed -i 's/output: .*/output: {log_every: 500, checkpoint_every: 0, sample_every: 0}/' gan.yaml

# 100 pictures of noise, 12 x 12, as a file that nodes copy.
mkdir data
{ printf '\0\0\10\3\0\0\0\144\0\0\0\14\0\0\0\14' && head -c 14400 /dev/urandom; } \
    >data/train-images-idx3-ubyte

cluster_configure 20 \
    "limit Nodes=n[1-2] Default=YES" \
    "preempted Nodes=n[3-4] PriorityTier=1 GraceTime=30" \
    "noticed Nodes=n[19-20] PriorityTier=1 GraceTime=30" \
    "urgent Nodes=n[3-4],n[19-20] PriorityTier=10 PreemptMode=OFF" \
    "cancel Nodes=n[5-6]" \
    "crash Nodes=n[7-9]" \
    "fewer Nodes=n[10-11]" \
    "lost Nodes=n[12-14]" \
    "hung Nodes=n[15-16]" \
    "scaling Nodes=n[17-18]"
cluster_start 20 || fail "SLURM does not start"
declare -A job

# A whole job, with data copied to each node, before nodes are busy otherwise.
job[whole]=$(GENTRAIN=$REAL_GENTRAIN GENTRAIN_SCRATCH=1 sbatch \
    --parsable --job-name=whole --output=whole.out --nodes=2 \
    --ntasks-per-node=1 --time=5 "$jobs/gentrain.sbatch" gan.yaml --out whole \
    --data data --steps 50)
GENTRAIN_LAUNCHER=mpirun submit preempted
submit noticed
submit cancel
GENTRAIN_LAUNCHER=mpirun GENTRAIN_SCRATCH=1 submit crash
submit fewer
submit lost
submit hung --export=ALL,PATIENCE=2
within 60 state_is "${job[whole]}" COMPLETED || fail "the whole job does not end"
submit limit --time=1 --signal=B:USR1@30
# From a folder as a person has it, where build/gentrain tells who called it, and
# ranks yield: here they share cores.
mkdir -p sources/build
ln -s "$GENTRAIN_SOURCE"/{bench,jobs,CMakeLists.txt} sources/
cat >sources/build/gentrain <<'PLACED'
#!/usr/bin/env bash
[ -z "${SLURM_STEP_NUM_TASKS:-}" ] ||
    echo "$SLURM_STEP_NUM_TASKS on $SLURM_STEP_NUM_NODES" >>../places
export OMPI_MCA_mpi_yield_when_idle=1
exec "$REAL_GENTRAIN" "$@"
PLACED
chmod +x sources/build/gentrain
job[scaling]=$(GENTRAIN="" sbatch --parsable --job-name=scaling --partition=scaling \
    --output="$PWD/scaling.out" --nodes=2 --ntasks-per-node=2 --time=5 \
    --chdir=sources jobs/scaling.sbatch --preset mlp-vae --batch 16 \
    --rounds 1 --chunk 1 --out ../scaling)
must "the same without SLURM" "$MPIRUN" -np 2 "$REAL_GENTRAIN" train gan.yaml \
    --out same --data data --steps 50 --quiet
must "SLURM changes nothing" "$REAL_GENTRAIN" diff whole same
says whole.out "copying $scratch/data to $cluster/tmp/gentrain-${job[whole]}"

# All others have begun. But for one they will be started again.
again="preempted noticed crash fewer lost hung limit"
for name in $again cancel; do
    within 60 has_checkpoint $name || fail "$name does not begin"
done

# A job of higher priority takes the nodes for a while. Of preempted SLURM tells
# the script so, of noticed, as it does if not configured otherwise, the ranks.
urgent() {
    sbatch --job-name=urgent --partition=urgent --nodelist="$1" --exclusive \
        --output=urgent.out --wrap 'sleep 2' >urgent.job
}
urgent 'n[3-4]'
within 30 grep -q "USR1: asking" preempted.out || fail "preempted is not told"
sed -i '/preempt_send_user_signal/d' "$SLURM_CONF"
scontrol reconfigure
urgent 'n[19-20]'
within 30 grep -q "interrupted: queued again" noticed.out ||
    fail "noticed does not go on"
grep -q "asking the ranks" noticed.out && fail "the script of noticed was told"
# Nodes break: of crash the second, under mpirun, and so of fewer, under srun; of
# lost the first, where the script runs. n9 and n14 are left to take over; fewer
# has n10 only, and one rank. On hung's second node a rank stands still, and
# SLURM has nothing to find out.
node_crash n8
node_crash n11
node_crash n12
kill -STOP "$(rank_on n16 hung)"
# SLURM finds out by itself, but when varies. Under srun nobody else does.
scontrol update NodeName=n11,n12 State=DOWN Reason=crash
# Cancelled in two ways: kindly by its script, then as a person would.
scancel --batch --signal=TERM "${job[cancel]}"
within 60 state_is "${job[cancel]}" COMPLETED ||
    fail "a job whose script got TERM does not end"
[ -e cancel/INTERRUPTED ] || fail "no checkpoint after TERM to the script"
mv cancel cancelled-kindly
submit cancel
within 60 has_checkpoint cancel || fail "the second job does not begin"
scancel "${job[cancel]}"
within 60 state_is "${job[cancel]}" CANCELLED || fail "scancel does not end it"
[ -e cancel/INTERRUPTED ] || fail "no checkpoint after scancel"
# Where no other node is left a person shrinks the job.
within 60 state_is "${job[fewer]}" PENDING || fail "fewer is not queued again"
scontrol update JobId="${job[fewer]}" NumNodes=1 NumTasks=1
# Those who need not wait for SLURM are queued again before it finds out. But it
# does so not within cred_expire: nodes refuse a job that returns in the second in
# which it went.
for name in crash hung; do
    within 60 restarted "${job[$name]}" || fail "$name is not queued again"
done
sleep 6
scontrol update NodeName=n8 State=DOWN Reason=crash

for name in $again; do
    within 120 state_is "${job[$name]}" COMPLETED || fail "$name does not complete"
    restarted "${job[$name]}" || fail "$name was not started again"
    [ ! -e $name/INTERRUPTED ] || fail "$name left INTERRUPTED"
done
says preempted.out "USR1: asking the ranks to stop"
says preempted.out "interrupted: queued again"
says limit.out "USR1: asking the ranks to stop"
says limit.out "interrupted: queued again"
says crash.out "crash 1 since"
says hung.out "crash 1 since"
for name in crash hung; do
    [ ! -e $name.crashes ] || fail "the count of crashes of $name stays"
done
says fewer.out "on 2 ranks"
says fewer.out "on 1 rank, 1 node "
for name in "${!job[@]}"; do
    [[ $name == @(cancel|whole) ]] || continue
    restarted "${job[$name]}" && fail "$name was started again"
done
within 120 state_is "${job[scaling]}" COMPLETED || fail "scaling does not end"
[ -z "$(pgrep -f "^$REAL_GENTRAIN train")" ] || fail "ranks live on"

# How the rate grows with ranks, on nodes filled one after another.
for kind in weak strong; do
    for n in 1 2 4; do
        says scaling/scaling.json "{\"scaling\": \"$kind\", \"ranks\": $n,"
    done
done
[ "$(grep -c '^| [124] | ' scaling/table.md)" -eq 6 ] || fail "the table's rows"
[ "$(wc -l <scaling/rows.tsv)" -eq 6 ] || fail "not every figure is kept"
[ "$(sort -u places | paste -s -d ,)" = "1 on 1,2 on 1,4 on 2" ] ||
    fail "ranks on nodes: $(sort -u places)"
if command -v gnuplot >/dev/null; then
    [ -s scaling/scaling.svg ] || fail "no picture"
else
    says scaling.out "no picture, because gnuplot is not here"
fi

# Copies of data are gone from all nodes but the one that broke.
for node in n1 n2 n7 n9; do
    ! ls -d "$cluster/$node/tmp/gentrain-"* 2>/dev/null ||
        fail "copies of data are left behind"
done

# A sweep, over seeds and over the lines of a file.
printf '# what to try\n\noptimizer.lr=0.125\noptimizer.lr=0.0625 train.batch=12\n' >points.txt
sweep() {
    local name=$1
    shift
    GENTRAIN=$REAL_GENTRAIN sbatch --wait --array=1-2 \
        --job-name="$name" --output="$name-%a.out" --ntasks-per-node=1 \
        --time=5 "$jobs/sweep.sbatch" "$@" gan.yaml --steps 3 --out "$name" \
        >"$name.job" || fail "the sweep $name"
}
sweep seeds
sweep points --points points.txt
says seeds/2/config.yaml "seed: 2"
says points/1/config.yaml "lr: 0.125"
says points/2/config.yaml "lr: 0.0625"
says points/2/config.yaml "batch: 12"

# One run to which nothing happened, with the checkpoints at which they ended.
last=0
for name in $again; do
    step=$(step_of $name)
    [ $((step % 1000)) -eq 0 ] || fail "$name ended at step $step"
    [ "$step" -le "$last" ] || last=$step
done
must "a run with no incident" "$MPIRUN" -np 2 "$REAL_GENTRAIN" train gan.yaml \
    --out calm --data data --steps "$last" --set output.checkpoint_every=1000 \
    --set output.keep=0 --quiet
for name in $again; do
    file=checkpoints/step-$(printf %08d "$(step_of $name)").h5
    must "$name makes no difference" "$REAL_GENTRAIN" diff {calm,"$name"}/"$file"
done
# A PMI that this MPI does not speak, or none: one error, not a training for each,
# nor MPI's own words; but what is one process trains. Last, because SLURM 24 keeps
# nodes for a minute after pmi2.
direct() {
    local pmi=$1
    shift
    srun --mpi="$pmi" --cpus-per-task=1 "$@" "$REAL_GENTRAIN" train gan.yaml \
        --data data --steps 3 --quiet --out "by-$pmi-$2" >by-$pmi.out 2>&1
}
for pmi in none pmi2; do
    srun --mpi=list 2>&1 | grep -qw $pmi || continue
    must "one process of srun --mpi=$pmi" direct $pmi --ntasks 1
    [[ $pmi != pmi2 || $("$REAL_GENTRAIN" --version) == *"Open MPI"* ]] || continue
    direct $pmi --ntasks 2
    [ $? -eq 2 ] || fail "srun --mpi=$pmi: another exit code"
    [ "$(grep -vc '^srun: ' by-$pmi.out)" -eq 1 ] || fail "srun --mpi=$pmi: not one line"
    says by-$pmi.out "started 2 processes"
done
echo "all as expected after $SECONDS s"
