# jobs/gentrain.sbatch where there is no SLURM: stand-ins for its commands show
# what the script asks of them. tests/slurm has the real ones.
#
# ctest: release
. "$(dirname "$0")/common.sh"
command -v getopt >/dev/null || {
    echo "skipped: no getopt"
    exit 77
}
script=$GENTRAIN_SOURCE/jobs/gentrain.sbatch

cp "$script" slurm_script # as SLURM does

# An option that train has and the script does not know would be refused.
"$GENTRAIN" train --help | grep -o -- '  --[a-z-]*\|, --[a-z-]*' |
    sed 's/.*--//' >known.txt
[ "$(wc -l <known.txt)" -gt 10 ] || fail "no options in train --help"
sed -n '/getopt -n/,/"\$@"/p' "$script" >taken.txt
while read -r option; do
    grep -qE "[ ,]${option}[:, ]" taken.txt || fail "the script misses --$option"
done <known.txt

# Launchers say what they were given and play what is in ./play; srun
# speaks $SPEAKS, and on each node it can make a folder but not copy. Queueing
# again succeeds, whereupon SLURM would kill the script. $LEFT is what a job has
# left of its time, in seconds, $STATE what SLURM says of it.
mkdir bin
cat >bin/mpirun <<'STANDIN'
#!/usr/bin/env bash
if [ "$*" = --version ]; then
    echo "${MPIRUN_SAYS:-mpirun (Open MPI) 4.1.4}"
    exit
fi
echo "${0##*/} $*" >launched
. ./play
STANDIN
for name in mpiexec aprun jsrun; do ln -s mpirun bin/$name; done
cat >bin/scontrol <<'STANDIN'
#!/usr/bin/env bash
if [ "$1" = show ]; then
    echo "   ${STATE:-JobState=RUNNING Reason=None PreemptEligibleTime=2026-01-01T00:00:00 PreemptTime=None}"
    echo "   Command=$GENTRAIN_SOURCE/jobs/gentrain.sbatch gan.yaml"
    echo "   StartTime=Unknown EndTime=${LEFT:+$(date -d "now + $LEFT seconds" +%FT%T)} Deadline=N/A"
    exit
fi
echo "$*" >>asked
kill -TERM $PPID
STANDIN
cat >bin/srun <<'STANDIN'
#!/usr/bin/env bash
case $1 in
--mpi=list) echo "MPI plugin types are... ${SPEAKS:-none}" ;;
--mpi=none)
    echo "$*" >>on-nodes
    [[ " $* " != *" cp "* ]]
    ;;
*)
    echo "srun $*" >launched
    . ./play
    ;;
esac
STANDIN
chmod +x bin/*

# job RESTARTS PLAY OPTION...: one start of the job.
job() {
    local restarts=$1
    echo "$2" >play
    shift 2
    rm -f launched asked
    PATH=$PWD/bin:$PATH SLURM_JOB_ID=7 SLURM_RESTART_COUNT=$restarts \
        SLURM_JOB_NUM_NODES=3 SLURM_TASKS_PER_NODE='3(x2),1' \
        timeout 60 bash slurm_script "$@" >out.txt 2>err.txt
}
asks_again() {
    [ "$(cat asked 2>/dev/null)" = "requeue 7" ] || fail "$1: not queued again"
}
asks_nothing() { [ ! -e asked ] || fail "$1: queued again"; }

# The first start, and one that finds a checkpoint.
must "a first start" job 0 'exit 0' gan.yaml --out=run -s train.batch=12 -q
says launched "mpirun -np 7 --bind-to core"
says out.txt "on 7 ranks, 3 nodes"
says launched "train gan.yaml -s train.batch=12 -q --out run"
asks_nothing "a run that ends"
must "no --out" job 0 'exit 0' --preset ring
says launched "train --preset ring --out runs/gentrain-7"
must "a branch" job 0 'exit 0' -p ring --from=other --weights-only --out run
says launched "train --preset ring --from other --weights-only --out run"
# How ranks are started: what binds them, and to how many cores. A program that
# tells nothing of its MPI is taken for one of Open MPI, and MPICH's is here a name.
cat >program <<'STANDIN'
#!/usr/bin/env bash
printf 'gentrain 0, build 0\nMPI: %s\n' "$LIBRARY"
STANDIN
chmod +x program
# starts WORDS SETTING...: with these variables the launcher is given these words
starts() {
    local words=$1
    shift
    must "$*" env GENTRAIN="$PWD/program" "$@" bash -c "$(declare -f job must fail)
        job 0 'exit 0' gan.yaml || fail '$*'"
    says launched "$words"
}
export LIBRARY="Open MPI v4.1.4"
srun="srun --ntasks=7 --cpus-per-task=1 --kill-on-bad-exit=1 --wait=60"
starts "mpirun -np 7 --bind-to core $PWD/program train gan.yaml" SPEAKS=pmi2
starts "${srun/srun/srun --mpi=pmix} --cpu-bind=cores $PWD/program" SPEAKS=pmix
starts "${srun/srun/srun --mpi=pmix} $PWD/program" SPEAKS=pmix GENTRAIN_BIND=none
starts "${srun/srun/srun --mpi=pmi2} --cpu-bind=cores" SPEAKS="pmix pmi2" \
    LIBRARY="MPICH 4.0.2"
starts "mpiexec -n 7 -bind-to core:1 $PWD/program" SPEAKS=pmix LIBRARY="MPICH 4.0.2" \
    MPIRUN_SAYS="HYDRA build details:"
starts "mpiexec -n 7 -genv I_MPI_PIN_DOMAIN 1 $PWD/program" SPEAKS="pmix pmi2" \
    LIBRARY="Intel(R) MPI Library 2021.6" \
    MPIRUN_SAYS="Intel(R) MPI Library for Linux* OS, Version 2021.6"
starts "${srun/srun/srun --mpi=pmi2}" SPEAKS="pmix pmi2" I_MPI_PMI_LIBRARY=libpmi2.so \
    LIBRARY="Intel(R) MPI Library 2021.6"
starts "$srun --cpu-bind=cores" SPEAKS="cray_shasta pmi2" LIBRARY="MPI CRAY MPICH 8.1"
starts "${srun/srun/srun --mpi=pmi2 --cpu-bind=none} $PWD/program" \
    GENTRAIN_LAUNCHER="srun --mpi=pmi2 --cpu-bind=none"
starts "$srun --cpu-bind=cores" GENTRAIN_LAUNCHER=srun SPEAKS=none
starts "mpiexec -n 7 --depth 1 --cpu-bind depth" GENTRAIN_LAUNCHER=mpiexec \
    MPIRUN_SAYS="PALS version 1.2"
starts "aprun -n 7 -d 1 -cc depth" GENTRAIN_LAUNCHER=aprun
starts "mpirun --mca btl tcp,self -np 7 --bind-to core" \
    GENTRAIN_LAUNCHER="mpirun --mca btl tcp,self"
starts "jsrun -n 7 -c 1 -a 3 $PWD/program" GENTRAIN_LAUNCHER="jsrun -n %n -c %c -a %N"
GENTRAIN_LAUNCHER=jsrun job 0 'exit 0' gan.yaml
[ $? -eq 2 ] || fail "a launcher that nobody knows is taken"
says err.txt "with %n for the number of ranks, not jsrun"
GENTRAIN_BIND=cores job 0 'exit 0' gan.yaml
[ $? -eq 2 ] || fail "GENTRAIN_BIND=cores is taken"
says err.txt "GENTRAIN_BIND is core, socket or none, not cores"
export SLURM_CPUS_PER_TASK=4
for bind in core socket none; do
    # Open MPI binds to no socket those that have several cores.
    starts "-np 7 --map-by slot:PE=4 --bind-to ${bind/socket/core} $PWD/program" \
        GENTRAIN_BIND=$bind
done
starts "--ntasks=7 --cpus-per-task=4" SPEAKS=pmix GENTRAIN_BIND=socket
says launched "--cpu-bind=sockets"
unset SLURM_CPUS_PER_TASK LIBRARY

# What a person did wrong is told at once, with the manual; nothing is started.
# wrong TEXT COMMAND...
wrong() {
    local text=$1
    shift
    rm -f launched
    env PATH="$PWD/bin:$PATH" "$@" >out.txt 2>err.txt
    [ $? -eq 2 ] || fail "$*: another exit code"
    says err.txt "$text"
    says err.txt "  sbatch "
    [ ! -e launched ] || fail "$*: something was started"
}
for name in gentrain sweep scaling; do
    wrong "$name.sbatch: this is no" bash "$GENTRAIN_SOURCE/jobs/$name.sbatch" --preset ring
    bash "$GENTRAIN_SOURCE/jobs/$name.sbatch" --help >out.txt || fail "$name: no --help"
    says out.txt "jobs/$name.sbatch"
    grep -q '#SBATCH' out.txt && fail "$name.sbatch --help tells too much"
    for line in '##SBATCH --account=' '##SBATCH --partition=' '#SBATCH --hint=nomultithread'; do
        grep -q "^$line" "$GENTRAIN_SOURCE/jobs/$name.sbatch" || fail "$name: no $line"
    done
done
wrong "nothing to train" env SLURM_JOB_ID=7 bash slurm_script
wrong "nothing to train" env SLURM_JOB_ID=7 bash slurm_script --epochs 3
wrong "see above" env SLURM_JOB_ID=7 bash slurm_script --preset ring --wrong
sweep="$GENTRAIN_SOURCE/jobs/sweep.sbatch"
wrong "nothing to train" env SLURM_ARRAY_TASK_ID=1 bash "$sweep"
wrong "--points needs a value" env SLURM_ARRAY_TASK_ID=1 SLURM_ARRAY_JOB_ID=7 bash "$sweep" --points
wrong "there is no file missing" env SLURM_ARRAY_TASK_ID=1 SLURM_ARRAY_JOB_ID=7 \
    bash "$sweep" --points missing --preset ring
GENTRAIN=nowhere/gentrain job 0 'exit 0' gan.yaml
[ $? -eq 2 ] || fail "a program that is not there"
says err.txt "no program nowhere/gentrain"
# Where SLURM does not know the script any more.
GENTRAIN_JOBS=nowhere job 0 'exit 0' gan.yaml
[ $? -eq 2 ] || fail "no launcher.sh"
says err.txt "set GENTRAIN_JOBS"
[ ! -e run ] || fail "a run that wrote nothing leaves its directory"
mkdir -p run/checkpoints
touch run/checkpoints/step-00000006.h5
must "a checkpoint" job 0 'exit 0' --preset ring --out run --epochs 3
says launched "train --resume run --epochs 3"
must "a branch that has begun" job 0 'exit 0' --from other --out run --epochs 3
says launched "train --resume run --epochs 3"

# A launcher that says that all is well when nodes were lost.
must "a run" "$GENTRAIN" train gan.yaml --out lost --quiet
must "a finished run" job 0 'exit 0' gan.yaml --out lost
asks_nothing "a finished run"
sed -i 's/steps: 12/steps: 13/' lost/config.yaml
job 0 'exit 0' gan.yaml --out lost
asks_again "a run that was cut off"
says out.txt "it has not done its steps"
echo stopped >lost/INTERRUPTED
must "an interrupted run" job 0 'exit 0' gan.yaml --out lost
asks_nothing "an interrupted run"

# A copy that cannot be made does not stay in part.
GENTRAIN_SCRATCH=$PWD/local job 0 'exit 0' gan.yaml --data gan.yaml
[ $? -eq 2 ] || fail "a failed copy gives another exit code"
[ ! -e launched ] || fail "trained without the copy"
says on-nodes "--overlap rm -rf $PWD/local/gentrain-7"

# USR1, answered as gentrain does and with the file left out.
usr1='trap "trap : USR1; echo after >run/INTERRUPTED; exit 0" USR1; kill -USR1 $PPID
for i in $(seq 100); do sleep 0.1; done; exit 1'
job 0 "$usr1" --preset ring --out run
asks_again "USR1"
rm run/INTERRUPTED
must "USR1 in the last step" job 0 "${usr1/echo after >run\/INTERRUPTED;/}" \
    --preset ring --out run
asks_nothing "a run that ends when told to stop"
# The same of a run that lost a file before, and one that is refused meanwhile.
touch run/INTERRUPTED
job 0 "${usr1/exit 0/exit 4}" --preset ring --out run
asks_again "USR1 when files are missing"
rm run/INTERRUPTED
job 0 "$(sed 's/echo after >run\/INTERRUPTED; exit 0/exit 4/' <<<"$usr1")" \
    --preset ring --out run
[ $? -eq 4 ] || fail "a refusal after USR1 gives another exit code"
asks_nothing "USR1 and a refusal"
# TERM: saved, but for good; also when it follows USR1.
must "TERM" job 0 "${usr1/kill -USR1/kill -TERM}" --preset ring --out run
asks_nothing "TERM"
must "USR1, then TERM" job 0 \
    "${usr1/exit 0/kill -TERM \$PPID; sleep 0.5; exit 0}" --preset ring --out run
asks_nothing "USR1, then TERM"
# At sites where SLURM tells the ranks alone that it wants their nodes.
noticed='touch run/INTERRUPTED'
STATE="JobState=RUNNING PreemptTime=2026-01-01T00:00:00" \
    job 0 "$noticed" --preset ring --out run
asks_again "preemption that only the ranks are told of"
must "a kind end" job 0 "$noticed" --preset ring --out run
asks_nothing "an end that nobody wanted"
STATE="JobState=CANCELLED PreemptTime=2026-01-01T00:00:00" \
    must "scancel" job 0 "$noticed" --preset ring --out run
asks_nothing "scancel"
# Interruptions: as often as they come, but three times without a new checkpoint.
for time in 0 1 2 3 4; do
    job $time "${usr1/exit 0/touch run\/checkpoints\/step-0000001$time.h5; exit 0}" \
        --preset ring --out run
    asks_again "saved for the ${time}th time"
done
for time in 5 6; do
    job $time "$usr1" --preset ring --out run
    asks_again "nothing saved for the ${time}th time"
done
job 7 "${usr1/exit 0/exit 1}" --preset ring --out run
asks_again "killed when told to stop"
job 8 "$usr1" --preset ring --out run
[ $? -eq 75 ] || fail "the last interruption gives another exit code"
asks_nothing "interruptions that lead nowhere"
rm run/INTERRUPTED run/checkpoints/step-0000001?.h5
# Ranks that cannot stop are given up before SLURM ends the job for good.
stuck='trap : USR1; kill -USR1 $PPID
for i in $(seq 200); do sleep 0.1; done; exit 1'
LEFT=21 job 0 "$stuck" --preset ring --out run
asks_again "ranks that cannot stop"
says out.txt "the ranks did not stop in time"
[ "$(cat run.crashes)" = run/checkpoints/step-00000006.h5 ] ||
    fail "a run that had to be given up does not count as a crash"
rm run.crashes
# A task of an array by its own name, not by one that means all tasks.
SLURM_ARRAY_JOB_ID=7 SLURM_ARRAY_TASK_ID=2 job 0 "$usr1" --preset ring --out run
[ "$(cat asked)" = "requeue 7_2" ] || fail "an array task: $(cat asked)"
rm run/INTERRUPTED

# Crashes: again, up to three times without a new checkpoint.
for time in 0 1 2; do
    job $time 'exit 205' --preset ring --out run
    asks_again "crash $time"
done
job 3 'exit 205' --preset ring --out run
[ $? -eq 205 ] || fail "the last crash gives another exit code"
asks_nothing "the fourth crash"
touch run/checkpoints/step-00000012.h5
job 4 'kill -9 $$' --preset ring --out run
asks_again "a crash after a new checkpoint"
job 0 'exit 205' --preset ring --out run
asks_again "a run that is submitted once more"
[ "$(wc -l <run.crashes)" -eq 1 ] || fail "crashes of an earlier job count"
# Also where there is nothing yet that could be counted in, or nothing can.
for time in 0 1 2; do
    job $time 'exit 1' --preset ring --out deep/er/run
    asks_again "crash $time in a folder that was not there"
done
job 3 'exit 1' --preset ring --out deep/er/run
[ $? -eq 1 ] || fail "giving up gives another exit code"
asks_nothing "a launcher that always fails"
mkdir -p stuck.crashes
job 1 'exit 1' --preset ring --out stuck
[ $? -eq 1 ] || fail "giving up gives another exit code"
asks_nothing "crashes that cannot be counted"
# Refusals: never.
for code in 2 3 8 127; do
    job 0 "exit $code" --preset ring --out run
    [ $? -eq $code ] || fail "exit code $code is lost"
    asks_nothing "exit code $code"
done
# Broken before the first checkpoint: begun anew.
mkdir -p early/checkpoints
must "a second start" job 1 'exit 0' --preset ring --out early//
says launched "train --preset ring --out early"
[ -d early.broken-1 ] || fail "remains are not kept"
# But not where what had begun cannot be seen.
must "another start" job 0 'mkdir -p seen/checkpoints' --preset ring --out seen
cat out.txt >log.txt
again() { # the job's log is one for all its starts
    rm -f launched
    PATH=$PWD/bin:$PATH SLURM_JOB_ID=7 SLURM_RESTART_COUNT=1 \
        timeout 60 bash slurm_script --preset ring --out seen >>log.txt 2>err.txt
}
mv seen elsewhere
again && fail "a run that is not there does not keep the job from going on"
says err.txt "seen is not there any more"
mv elsewhere seen
printf '#!/bin/sh\nexit 1\n' >bin/find
chmod +x bin/find
again && fail "a run that cannot be read does not keep the job from going on"
says err.txt "cannot tell which checkpoints seen has"
rm bin/find
[ ! -e launched ] || fail "a run was begun anew"
again || fail "a run that is there again is not begun"
must "an unknown option is refused" [ "$(job 0 'exit 0' --wrong; echo $?)" -eq 2 ]
