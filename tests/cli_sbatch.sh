# jobs/gentrain.sbatch where there is no SLURM: stand-ins for its commands show
# what the script asks of them. tests/slurm has the real ones.
. "$(dirname "$0")/common.sh"
command -v getopt >/dev/null || {
    echo "skipped: no getopt"
    exit 77
}
script=$GENTRAIN_SOURCE/jobs/gentrain.sbatch

# An option that train has and the script does not know would be refused.
"$GENTRAIN" train --help | grep -o -- '  --[a-z-]*\|, --[a-z-]*' |
    sed 's/.*--//' >known.txt
[ "$(wc -l <known.txt)" -gt 10 ] || fail "no options in train --help"
while read -r option; do
    grep -qE "[ ,]${option}[:, ]" "$script" || fail "the script misses --$option"
done <known.txt

# mpirun says what it was given and plays what is in ./play; there is no srun,
# and queueing again succeeds, whereupon SLURM would kill the script. $LEFT is
# what a job has left of its time, in seconds.
mkdir bin
cat >bin/mpirun <<'STANDIN'
#!/usr/bin/env bash
echo "$*" >launched
. ./play
STANDIN
cat >bin/scontrol <<'STANDIN'
#!/usr/bin/env bash
if [ "$1" = show ]; then
    echo "   StartTime=Unknown EndTime=${LEFT:+$(date -d "now + $LEFT seconds" +%FT%T)} Deadline=N/A"
    exit
fi
echo "$*" >>asked
kill -TERM $PPID
STANDIN
printf '#!/bin/sh\nexit 1\n' >bin/srun
chmod +x bin/*

# job RESTARTS PLAY OPTION...: one start of the job.
job() {
    local restarts=$1
    echo "$2" >play
    shift 2
    rm -f launched asked
    PATH=$PWD/bin:$PATH SLURM_JOB_ID=7 SLURM_RESTART_COUNT=$restarts \
        SLURM_JOB_NUM_NODES=3 SLURM_TASKS_PER_NODE='3(x2),1' \
        timeout 60 bash "$script" "$@" >out.txt 2>err.txt
}
asks_again() {
    [ "$(cat asked 2>/dev/null)" = "requeue 7" ] || fail "$1: not queued again"
}
asks_nothing() { [ ! -e asked ] || fail "$1: queued again"; }

# The first start, and one that finds a checkpoint.
must "a first start" job 0 'exit 0' gan.yaml --out=run -s train.batch=12 -q
says launched "-np 7 --bind-to core"
says launched "train gan.yaml -s train.batch=12 -q --out run"
asks_nothing "a run that ends"
must "no --out" job 0 'exit 0' --preset ring
says launched "train --preset ring --out runs/gentrain-7"
[ ! -e run ] || fail "a run that wrote nothing leaves its directory"
mkdir -p run/checkpoints
touch run/checkpoints/step-00000006.h5
must "a checkpoint" job 0 'exit 0' --preset ring --out run --epochs 3
says launched "train --resume run --epochs 3"

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
rm run/INTERRUPTED
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
for time in 1 2 3; do
    job $time 'exit 205' --preset ring --out run
    asks_again "crash $time"
done
job 4 'exit 205' --preset ring --out run
[ $? -eq 205 ] || fail "the last crash gives another exit code"
asks_nothing "the fourth crash"
touch run/checkpoints/step-00000012.h5
job 5 'kill -9 $$' --preset ring --out run
asks_again "a crash after a new checkpoint"
# Refusals: never.
for code in 2 3 8 127; do
    job 0 "exit $code" --preset ring --out run
    [ $? -eq $code ] || fail "exit code $code is lost"
    asks_nothing "exit code $code"
done
# Broken before the first checkpoint: begun anew.
mkdir -p early/checkpoints
must "a second start" job 1 'exit 0' --preset ring --out early
says launched "train --preset ring --out early"
[ -d early.broken-1 ] || fail "remains are not kept"
# But not where what had begun cannot be seen.
must "another start" job 0 'mkdir -p seen/checkpoints' --preset ring --out seen
cat out.txt >log.txt
again() { # the job's log is one for all its starts
    rm -f launched
    PATH=$PWD/bin:$PATH SLURM_JOB_ID=7 SLURM_RESTART_COUNT=1 \
        timeout 60 bash "$script" --preset ring --out seen >>log.txt 2>err.txt
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
