# Who started a process, and what follows from that: commands without MPI work
# wherever they are started; processes of a launcher that MPI does not see are
# refused, unless they are alone on purpose; ranks end with their launcher; ranks
# that were told different things are refused.
#
# ctest: release
. "$(dirname "$0")/common.sh"

# --- commands without MPI
"$GENTRAIN" train gan.yaml --steps 1 --out a --quiet || fail "a lone run"
"$GENTRAIN" train gan.yaml --steps 1 --out b --seed 2 --quiet || fail "a lone run"
# as MARKS...: the environment of the second of two processes
second=("SLURM_PROCID=1 SLURM_STEP_NUM_TASKS=2 SLURM_NTASKS=2" "SLURM_PROCID=1"
    "PMI_RANK=1 PMI_SIZE=2" "PMIX_RANK=1" "MPI_LOCALRANKID=1"
    "OMPI_COMM_WORLD_RANK=1 OMPI_COMM_WORLD_SIZE=2")
words=(--version --help help "help layers" presets "presets show ring" "train --help"
    "inspect a" "diff a a")
for i in "${!words[@]}"; do
    # shellcheck disable=SC2086
    "$GENTRAIN" ${words[i]} >alone-$i.txt || fail "${words[i]}"
done
for marks in "${second[@]}"; do
    for i in "${!words[@]}"; do
        # shellcheck disable=SC2086
        env $marks "$GENTRAIN" ${words[i]} >out.txt || fail "${words[i]} with $marks"
        [ -s out.txt ] || fail "${words[i]}: no output"
        cmp alone-$i.txt out.txt || fail "${words[i]}: another output with $marks"
    done
    # shellcheck disable=SC2086
    env $marks "$GENTRAIN" diff a b >out.txt 2>err.txt
    [ $? -eq 6 ] && grep -q "^different: " out.txt || fail "a difference is not told with $marks"
    for wrong in "diff a missing" "inspect missing" "presets show missing" \
        "help missing"; do
        # shellcheck disable=SC2086
        env $marks "$GENTRAIN" $wrong >out.txt 2>err.txt &&
            fail "$wrong succeeds with $marks"
        says err.txt "missing"
    done
done

# --- launchers that MPI does not see
# unseen TEXT MARKS...: the processes numbered 0 and 1 are refused, the first
# one says why
unseen() {
    local text=$1 n
    shift
    for n in 0 1; do
        for command in "train gan.yaml --out x" "sample a -o s.h5"; do
            # shellcheck disable=SC2086
            env ${*//NUMBER/$n} "$GENTRAIN" $command >out.txt 2>err.txt
            [ $? -eq 2 ] || fail "$command with $*"
            [ ! -e x ] && [ ! -e s.h5 ] || fail "$command with $* does something"
            [ $n -eq 1 ] && [ ! -s err.txt ] && continue
            [ "$(grep -c 'gentrain: error: ' err.txt)" -eq 1 ] || fail "not one error"
            [ "$(wc -l <err.txt)" -eq 1 ] || fail "$command with $*: more than one error"
            says err.txt "$text"
            says err.txt "gentrain is built with $("$GENTRAIN" --version |
                sed -n 's/^MPI: //p'); start its ranks by "
            says err.txt "GENTRAIN_ALONE=1"
        done
    done
}
unseen "srun started 2 processes (SLURM_STEP_NUM_TASKS=2)" \
    SLURM_STEP_NUM_TASKS=2 SLURM_PROCID=NUMBER
# All that Open MPI 4 takes for srun's marks, by which it would end in MPI_Init:
# srun without a PMI, srun --mpi=pmi2, and MPICH's mpiexec in an allocation.
step="SLURM_STEP_ID=0 SLURM_STEPID=0 SLURM_NODELIST=x SLURM_JOB_ID=1"
unseen "srun started 2 processes (SLURM_STEP_NUM_TASKS=2)" \
    "$step" SLURM_STEP_NUM_TASKS=2 SLURM_PROCID=NUMBER
unseen "started 2 processes (PMI_SIZE=2)" \
    "$step" SLURM_STEP_NUM_TASKS=2 SLURM_PROCID=NUMBER PMI_SIZE=2 PMI_RANK=NUMBER
unseen "started 2 processes (PMI_SIZE=2)" \
    "$step" SLURM_STEP_NUM_TASKS=1 SLURM_PROCID=0 PMI_SIZE=2 PMI_RANK=NUMBER
unseen "started 2 processes (PMI_SIZE=2)" PMI_SIZE=2 PMI_RANK=NUMBER
unseen "started 3 processes (OMPI_COMM_WORLD_SIZE=3)" OMPI_COMM_WORLD_SIZE=3 \
    OMPI_COMM_WORLD_RANK=NUMBER
unseen "started 2 processes (MV2_COMM_WORLD_SIZE=2)" MV2_COMM_WORLD_SIZE=2 \
    MV2_COMM_WORLD_RANK=NUMBER
# One that was told its number and no count cannot know whether another speaks.
for variable in PMIX_RANK PMI_RANK ALPS_APP_PE; do
    env $variable=3 "$GENTRAIN" train gan.yaml --out x >out.txt 2>err.txt
    [ $? -eq 2 ] || fail "$variable=3 is not refused"
    says err.txt "several processes ($variable=3)"
done
# A wrong word is told as well by a process that may be the only one.
env SLURM_PROCID=1 "$GENTRAIN" train gan.yaml --bogus 2>err.txt
says err.txt "unknown option --bogus"

# --- processes that are alone, on purpose or because nobody else was started
for marks in "GENTRAIN_ALONE=1 PMI_SIZE=2 PMI_RANK=1" "SLURM_PROCID=1 SLURM_NTASKS=2" \
    "GENTRAIN_ALONE=1 SLURM_STEP_NUM_TASKS=2 SLURM_PROCID=1 SLURM_NODELIST=x SLURM_STEP_ID=0" \
    "GENTRAIN_ALONE=0" "GENTRAIN_ALONE=" \
    "SLURM_STEP_NUM_TASKS=1 SLURM_PROCID=0 $step" \
    "SLURM_STEP_NUM_TASKS=1 SLURM_PROCID=0 $step PMI_SIZE=1 PMI_RANK=0"; do
    # shellcheck disable=SC2086
    env $marks "$GENTRAIN" train gan.yaml --steps 1 --out alone --quiet \
        2>err.txt || fail "no training with $marks"
    must "the same weights" "$GENTRAIN" diff a alone >out.txt
    rm -r alone
done
env GENTRAIN_ALONE=yes "$GENTRAIN" train gan.yaml --out x 2>err.txt
[ $? -eq 2 ] || fail "GENTRAIN_ALONE=yes is taken"
says err.txt 'GENTRAIN_ALONE is "yes"'
# two trainings that one launcher packs side by side
must "packed trainings" "$MPIRUN" -np 2 bash -c "GENTRAIN_ALONE=1 exec \"\$@\" \
    --seed \$((1 + $number)) --out packed-$number" bash "$GENTRAIN" train gan.yaml \
    --steps 1 --quiet 2>err.txt
must "the first one" "$GENTRAIN" diff a packed-0 >out.txt
must "the second one" "$GENTRAIN" diff b packed-1 >out.txt

# --- ranks that were told different things
# differ TEXT WORDS...: rank 1 of two is told WORDS as well
differ() {
    local text=$1
    shift
    "$MPIRUN" -np 2 bash -c "[ $number = 0 ] && exec $GENTRAIN train gan.yaml --out x
        exec $GENTRAIN train gan.yaml --out x $*" >out.txt 2>err.txt &&
        fail "ranks that differ in $* train"
    [ "$(grep -c 'gentrain: error: ' err.txt)" -eq 1 ] || fail "$*: not one error"
    says err.txt "gentrain: error: rank 1 on "
    says err.txt "$text"
    [ ! -e x ] || fail "$*: a run was begun"
}
differ "option --batch is 12 here, not given on rank 0" --batch 12
differ "option --set is train.lr=1, a.b=c here, not given on rank 0" \
    --set train.lr=1 --set a.b=c
differ "option --resume is a here, not given on rank 0" --resume a
differ "option --trace is t.json here, not given on rank 0" --trace t.json
differ "unknown option --bogus" --bogus
# Another build of the program, as where a node has an older copy.
build=$("$GENTRAIN" --version | sed -n 's/.*build //p')
sed "s/$build/${build//[0-9a-f]/0}/g" "$GENTRAIN" >older
chmod +x older
"$MPIRUN" -np 2 bash -c "[ $number = 0 ] && exec $GENTRAIN train gan.yaml --out x
    exec ./older train gan.yaml --out x" >out.txt 2>err.txt && fail "two builds at once"
[ "$(grep -c 'gentrain: error: ' err.txt)" -eq 1 ] || fail "two builds: not one error"
says err.txt "build ${build//[0-9a-f]/0} here, gentrain"
says err.txt "start all ranks with the same program and options"
"$MPIRUN" -np 2 bash -c "[ $number = 0 ] && exec $GENTRAIN train gan.yaml --out x
    exec $GENTRAIN sample a -o x.h5" >out.txt 2>err.txt && fail "two commands at once"
says err.txt "the command is sample here, train on rank 0"
refused 2 "unknown option --bogus" 3 train gan.yaml --bogus

# --- ranks end with their launcher: while they train, and within MPI_Init, where
# the first waits for one that never comes
# orphan FIRST...: what the first of two processes does; the other trains
orphan() {
    rm -f pid.*
    # shellcheck disable=SC2016
    "$MPIRUN" -np 2 bash -c "echo \$\$ >pid.$number.new; mv pid.$number.new pid.$number
        [ $number = 1 ] || $1
        exec \"\$@\"" bash "$GENTRAIN" train gan.yaml --steps 100000000 --out o \
        --set output.checkpoint_every=2 --quiet >out.txt 2>err.txt &
    launcher=$!
    for _ in $(seq 1500); do
        [ -e pid.0 ] && [ -e pid.1 ] && break
        sleep 0.02
    done
}
# ended PID: the process ends, or there is none
ended() {
    for _ in $(seq 500); do
        case $(sed 's/.*) //; s/ .*//' "/proc/$1/stat" 2>/dev/null) in
        '' | Z) return ;;
        esac
        sleep 0.02
    done
    kill -9 "$1"
    return 1
}
orphan true
await_checkpoint o
kill -9 $launcher
for n in 0 1; do ended "$(cat pid.$n)" || fail "rank $n lives on without mpirun"; done
must "resuming it" ranks 2 train --resume o --steps "$(($(newest o) + 1))" --quiet
rm -r o
orphan "exec sleep 1000"
for _ in $(seq 1500); do
    grep -q gentrain "/proc/$(cat pid.1)/comm" && break
    sleep 0.02
done
sleep 0.5
[ -e "/proc/$(cat pid.1)" ] || fail "the rank does not wait for the other one"
kill -9 $launcher
ended "$(cat pid.1)" || fail "a rank lives on within MPI_Init"
kill -9 "$(cat pid.0)" 2>/dev/null

# The same at any moment from the launcher's first to the run's first steps: also
# before the ranks know that there is a launcher, and before MPI_Init returns.
living() { grep -la -- "$scratch/moment-$1/" /proc/[0-9]*/cmdline 2>/dev/null; }
for moment in 1 2 3 4 5 6 7 8; do
    "$MPIRUN" -np 2 "$GENTRAIN" train gan.yaml --steps 100000000 --quiet \
        --out "$scratch/moment-$moment/o" >out.txt 2>err.txt &
    launcher=$!
    after=$((RANDOM % 1000))
    sleep "$(printf '0.%03d' $after)"
    kill -9 $launcher
    wait $launcher 2>kill.txt
    for _ in $(seq 500); do
        [ -n "$(living $moment)" ] || break
        sleep 0.02
    done
    for process in $(living $moment); do
        kill -9 "$(cut -d / -f 3 <<<"$process")"
        fail "a rank lives on, whose launcher was killed after $after ms"
    done
done
exit 0
