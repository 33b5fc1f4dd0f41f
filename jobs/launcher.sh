# Sourced by the scripts of jobs/ and bench/: the words that start ranks, by whatever
# launcher there is. These are the variables of all scripts, all with a table in
# doc/cluster.md; here are those that are about starting:
#
#   GENTRAIN           the program
#   GENTRAIN_LAUNCHER  auto, srun, mpirun or mpiexec, the last three with a path or
#                      options of their own if need be ("srun --mpi=cray_shasta"), or
#                      any command with %n for the number of ranks and, if it needs
#                      them, %c for the CPUs of a rank and %N for the nodes
#   GENTRAIN_BIND      what a rank is bound to: core, socket or none
# shellcheck shell=bash

# find_program FOLDER: sets GENTRAIN, unless the user did: a build in this folder, the
# program that is installed with the scripts in FOLDER, or the one on the path.
find_program() {
    local installed=$1/../../../bin/gentrain
    if [ -n "${GENTRAIN:-}" ]; then
        return
    elif [ -x build/gentrain ]; then
        GENTRAIN=build/gentrain
    elif [ -x "$installed" ]; then
        GENTRAIN=$installed
    else
        GENTRAIN=gentrain
    fi
}

# mpi_of PROGRAM: the kind of its MPI library. Nothing: it does not say.
mpi_of() {
    case $("$1" --version 2>/dev/null | sed -n 's/^MPI: //p') in
    "Open MPI"*) echo openmpi ;;
    *CRAY*) echo cray ;;
    Intel*) echo intel ;;
    *MPICH* | MVAPICH*) echo mpich ;;
    esac
}

# srun_for MPI: srun with the PMI that the library speaks, if SLURM speaks it, too.
srun_for() {
    local pmi
    case $1 in
    mpich) pmi=pmi2 ;;
    intel) pmi=${I_MPI_PMI_LIBRARY:+pmi2} ;;
    cray) echo srun && return ;; # the site has set it up
    *) pmi=pmix ;;
    esac
    # grep reads all, for the sake of pipefail.
    [ -n "$pmi" ] && srun --mpi=list 2>&1 | grep -w "$pmi" >/dev/null &&
        echo "srun --mpi=$pmi"
}

# launcher_for PROGRAM: what GENTRAIN_LAUNCHER says, with auto and srun made plain.
# Prints the words.
launcher_for() {
    local mpi asked=${GENTRAIN_LAUNCHER:-auto}
    case $asked in
    auto | srun) ;;
    *)
        echo "$asked"
        return
        ;;
    esac
    mpi=$(mpi_of "$1")
    if [ "$asked" = srun ] || [ -n "${SLURM_JOB_ID:-}" ]; then
        srun_for "$mpi" && return
    fi
    case $asked,$mpi in
    srun,*) echo srun ;;
    auto,openmpi | auto,) echo mpirun ;;
    *) echo mpiexec ;;
    esac
}

# launcher_kind COMMAND: whose it is, told by its name or by what it says of itself.
launcher_kind() {
    case ${1##*/} in
    srun) echo srun ;;
    aprun) echo aprun ;;
    mpirun* | mpiexec* | orterun | prterun)
        case $("$1" --version 2>&1) in
        *Intel*) echo intel ;;
        *HYDRA*) echo hydra ;;
        *PALS*) echo pals ;;
        *"Open MPI"* | *OpenRTE* | *prte*) echo openmpi ;;
        *) echo plain ;;
        esac
        ;;
    *) return 1 ;;
    esac
}

# launch_words N CPUS NODES PROGRAM: sets the array launch to the words that start N
# ranks with so many CPUs each, bound to GENTRAIN_BIND. Binding that GENTRAIN_LAUNCHER
# has options for is left to it. Fails, with a message, if the launcher is unknown.
launch_words() {
    local n=$1 cpus=$2 nodes=$3 words kind bind=${GENTRAIN_BIND:-core}
    case $bind in
    core | socket | none) ;;
    *)
        echo "GENTRAIN_BIND is core, socket or none, not $bind" >&2
        return 1
        ;;
    esac
    words=$(launcher_for "$4")
    if [[ $words == *%n* ]]; then
        words=${words//%n/$n} words=${words//%c/$cpus}
        read -ra launch <<<"${words//%N/$nodes}"
        return
    fi
    read -ra launch <<<"$words"
    kind=$(launcher_kind "${launch[0]}") || {
        echo "GENTRAIN_LAUNCHER is auto, srun, mpirun or mpiexec, or a command" \
            "with %n for the number of ranks, not $words" >&2
        return 1
    }
    case $kind in
    srun) launch+=(--ntasks="$n" --cpus-per-task="$cpus" --kill-on-bad-exit=1 --wait=60) ;;
    openmpi) launch+=(-np "$n") ;;
    *) launch+=(-n "$n") ;;
    esac
    [[ $words == *bind* || $words == *map-by* ]] || bind_words "$kind" "$cpus" "$bind"
}

# bind_words KIND CPUS BIND: adds to launch what binds ranks.
bind_words() {
    local cpus=$2 bind=$3
    case $1,$bind in
    srun,none | aprun,none | plain,*) ;;
    srun,*) launch+=(--cpu-bind="${bind}s") ;;
    aprun,*) launch+=(-d "$cpus" -cc depth) ;;
    pals,none) launch+=(--cpu-bind none) ;;
    pals,*) launch+=(--depth "$cpus" --cpu-bind depth) ;;
    hydra,core) launch+=(-bind-to "core:$cpus") ;;
    hydra,*) launch+=(-bind-to "$bind") ;;
    intel,none) launch+=(-genv I_MPI_PIN 0) ;;
    intel,core) launch+=(-genv I_MPI_PIN_DOMAIN "$cpus") ;;
    intel,*) launch+=(-genv I_MPI_PIN_DOMAIN "$bind") ;;
    openmpi,*)
        # It binds to no socket those that have several cores.
        if [ "$cpus" -gt 1 ]; then
            launch+=(--map-by "slot:PE=$cpus")
            [ "$bind" = none ] || bind=core
        fi
        launch+=(--bind-to "$bind")
        ;;
    esac
}

# tasks_of_job: the ranks that SLURM gave, which may be fewer than were asked for:
# "3(x2),1" means 3 + 3 + 1.
tasks_of_job() {
    echo $(($(echo "${SLURM_TASKS_PER_NODE:-1}" |
        sed -E 's/\(x([0-9]+)\)/*\1/g; s/,/+/g')))
}

# counted N WORD: "1 rank", "2 ranks".
counted() {
    echo "$1 $2$([ "$1" -eq 1 ] || echo s)"
}
