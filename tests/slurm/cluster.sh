# Sourced by slurm.sh, which has put itself into namespaces of its own: a SLURM
# of several nodes on this machine, with nothing outside the folder $cluster.
# Every node is a slurmd that believes to be alone: own hostname, because Open
# MPI takes processes of one hostname for neighbours; own /dev/shm, so that this
# is true; own process numbers, so that one kill is a node's crash; so also an own
# $TMPDIR, as Open MPI names files in there after process numbers.

# cluster_configure NODES PARTITION-LINE...
cluster_configure() {
    local nodes=$1 line
    shift
    mkdir -p "$cluster"/{munge,run,log,state,tmp}
    export TMPDIR=$cluster/tmp
    chmod 700 "$cluster/munge"
    export SLURM_CONF=$cluster/slurm.conf
    # The delay of a requeued job comes from cred_expire: 5 s, not 2 min.
    cat >"$SLURM_CONF" <<CONF
ClusterName=gentrain-test
SlurmctldHost=$(hostname -s)(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$cluster/run/munge.socket,cred_expire=5
SlurmctldPidFile=$cluster/run/slurmctld.pid
SlurmdPidFile=$cluster/run/slurmd.%n.pid
SlurmctldLogFile=$cluster/log/slurmctld.log
SlurmdLogFile=$cluster/log/slurmd.%n.log
StateSaveLocation=$cluster/state
SlurmdSpoolDir=$cluster/%n/spool
TmpFS=$cluster/%n/tmp
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SwitchType=switch/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerType=sched/backfill
SchedulerParameters=batch_sched_delay=0,sched_interval=2,bf_interval=2
SlurmdParameters=config_overrides
SlurmctldParameters=preempt_send_user_signal
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
JobRequeue=1
ReturnToService=0
SlurmdTimeout=300
KillWait=10
MinJobAge=3600
NodeName=n[1-$nodes] NodeHostname=n[1-$nodes] NodeAddr=127.0.0.1 Port=[17001-$((17000 + nodes))] CPUs=2
CONF
    for line; do
        echo "PartitionName=$line" >>"$SLURM_CONF"
    done
    # Looks for no cgroups: a container may have none.
    echo 'CgroupPlugin=cgroup/v1' >"$cluster/cgroup.conf"
}

# cluster_start NODES
cluster_start() {
    local i
    mungekey --create --bits 1024 --keyfile "$cluster/munge/key"
    munged --force --key-file="$cluster/munge/key" \
        --socket="$cluster/run/munge.socket" \
        --pid-file="$cluster/run/munged.pid" \
        --log-file="$cluster/log/munged.log" \
        --seed-file="$cluster/munge/seed" >"$cluster/log/munged.out" 2>&1 ||
        return 1
    slurmctld -f "$SLURM_CONF" >"$cluster/log/slurmctld.out" 2>&1 || return 1
    for ((i = 1; i <= $1; i++)); do
        node_start "n$i"
    done
    within 30 all_idle "$1"
}

all_idle() {
    [ "$(sinfo -h -N -o '%N %t' | sort -u | grep -c ' idle$')" -eq "$1" ]
}

node_start() {
    mkdir -p "$cluster/$1"/{spool,tmp}
    # The number that is written is unshare's. SLURM 24's slurmd does not let
    # --kill-child pass on its death.
    # shellcheck disable=SC2016
    setsid bash -c 'echo $$ >"$1/run/node.$2"
        exec unshare --uts --mount --pid --fork --kill-child --mount-proc \
            bash -c "hostname $2; mount -t tmpfs tmpfs /dev/shm
                mount --bind $1/$2/tmp $1/tmp
                exec slurmd -D -N $2 -f $1/slurm.conf"' \
        node "$cluster" "$1" </dev/null >"$cluster/log/$1.out" 2>&1 &
    disown # its end is no news
}

# With a node's first process go all others of the node.
node_crash() {
    pkill -KILL -P "$(cat "$cluster/run/node.$1")"
}

# field JOB NAME: of what SLURM knows about a job.
field() {
    scontrol show job "$1" | tr ' ' '\n' | sed -n "s/^$2=//p" | head -n 1
}
