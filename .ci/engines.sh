# shellcheck shell=bash
# Docker and Podman for the tests, with an image of the Go toolchain that is made here: no image can be fetched in every
# place. Sourced by `.ci/run`.
#
# What they keep is in target/engines and outlives the run, so that the image is imported once. They see that folder
# under a short name without special characters: a socket's path has at most 107 bytes, and the options of overlay mounts
# end at commas and colons. Whatever a killed run has left is ended and unmounted first.

engine_image=docker.io/library/golang:1.27
engine_data=$PWD/target/engines
engine_home=/tmp/pelato-engines-$(printf %s "$PWD" | sha256sum | cut -c1-12)
engine_processes=()

# Processes, of this run or of a killed one, that name the engines' folder in their command line (the engines, Docker's
# containerd, what containers run under) or have their root in it (the containers). `docker` and `podman` of another
# checkout have another folder.
of_engines() {
    local folder words
    for folder in /proc/[0-9]*; do
        { mapfile -d '' -t words <"$folder/cmdline"; } 2>/dev/null || continue
        [[ ${words[*]} != *"$engine_home/"* ]] || echo "${folder#/proc/}"
    done
    grep -lE "^[0-9]+ [0-9]+ [0-9:]+ / / .*$engine_home/" /proc/[0-9]*/mountinfo 2>/dev/null | cut -d / -f 3
}

kill_left_processes() {
    local processes
    for _ in $(seq 100); do
        mapfile -t processes < <(of_engines)
        [ ${#processes[@]} != 0 ] || return 0
        kill -KILL "${processes[@]}" 2>/dev/null || true
        sleep 0.05
    done
}

# Ends the engines and unmounts their folder; what they keep stays.
stop_engines() {
    local mount mounts process
    # Asked first, Docker ends its containerd in good order.
    [ ${#engine_processes[@]} = 0 ] || kill "${engine_processes[@]}" 2>/dev/null || true
    for process in "${engine_processes[@]}"; do
        for _ in $(seq 100); do { kill -0 "$process" && sleep 0.1; } 2>/dev/null || break; done
    done
    engine_processes=()
    kill_left_processes
    # The innermost first.
    mapfile -t mounts < <(cut -d ' ' -f 2 /proc/self/mounts | grep "^$engine_home\(/\|$\)" | tac)
    for mount in "${mounts[@]}"; do umount -l "$mount" 2>/dev/null || true; done
    rmdir "$engine_home" 2>/dev/null || true
}

start_engine_processes() {
    mkdir -p "$engine_data" "$engine_home"
    mount --bind "$engine_data" "$engine_home" && mount --make-private "$engine_home" || return
    # What belongs to running engines: there are none.
    rm -rf "$engine_home"/{exec,run,libpod,docker.pid,docker.sock,podman.sock}
    dockerd --data-root "$engine_home/docker" --exec-root "$engine_home/exec" --pidfile "$engine_home/docker.pid" \
        -H "unix://$engine_home/docker.sock" --iptables=false --ip6tables=false --bridge=none \
        >"$engine_home/docker.log" 2>&1 &
    engine_processes+=($!)
    printf '[containers]\ndefault_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]\n' >"$engine_home/containers.conf"
    # runc runs containers with the control groups of old and new kernels.
    CONTAINERS_CONF=$engine_home/containers.conf podman --root "$engine_home/podman" --runroot "$engine_home/run" \
        --tmpdir "$engine_home/libpod" --runtime "$(command -v runc || echo /usr/sbin/runc)" --cgroup-manager cgroupfs \
        system service --time=0 "unix://$engine_home/podman.sock" >"$engine_home/podman.log" 2>&1 &
    engine_processes+=($!)
}

# The Go toolchain and a static busybox: Go's programs are static, they need no system around them.
engine_image_content() {
    local root
    root=$(mktemp -d)
    mkdir -p "$root/bin" "$root/tmp" "$root/etc"
    cp "$(command -v busybox)" "$root/bin/busybox"
    ln -s busybox "$root/bin/sh"
    chmod 755 "$root"
    chmod 1777 "$root/tmp"
    echo 'root:x:0:0::/:/bin/sh' >"$root/etc/passwd"
    tar -C "$root" -cf - . --exclude=./go/test --exclude=./go/src/cmd --exclude='*_test.go' --exclude=testdata \
        --exclude=__pycache__ --transform 's,^\./go,./usr/local/go,S' -C "$tools/go" ./go
    rm -rf "$root"
}

# Waits until an engine answers, removes what a killed run has left in it, and imports the image if it is not there.
prepare_engine() {
    local address=unix://$engine_home/$1.sock left
    for _ in $(seq 300); do
        docker -H "$address" version >/dev/null 2>&1 && break
        kill -0 "${engine_processes[@]}" 2>/dev/null || return 1
        sleep 0.1
    done
    mapfile -t left < <(docker -H "$address" ps -aq)
    [ ${#left[@]} = 0 ] || docker -H "$address" rm -f "${left[@]}" >/dev/null || return
    mapfile -t left < <(docker -H "$address" images --format '{{.Repository}}:{{.Tag}}' | grep -vxE '(docker.io/library/)?golang:1.27|.*<none>.*')
    [ ${#left[@]} = 0 ] || docker -H "$address" rmi -f "${left[@]}" >/dev/null || true
    docker -H "$address" image prune -f >/dev/null || return
    docker -H "$address" image inspect "$engine_image" >/dev/null 2>&1 ||
        engine_image_content | docker -H "$address" import -c 'ENV PATH=/usr/local/go/bin:/bin' - "$engine_image" >/dev/null
}

try_engines() {
    stop_engines
    start_engine_processes && prepare_engine docker && prepare_engine podman
}

start_engines() {
    local made_for name
    made_for="$engine_home $(cat "$tools/go/installed") $(dockerd --version) $(podman --version)"
    # Podman remembers absolute paths, and both have the image of one Go.
    if [ "$(cat "$engine_data/made-for" 2>/dev/null)" != "$made_for" ] || ! try_engines; then
        stop_engines
        rm -rf "$engine_data"
        try_engines || {
            for name in docker podman; do tail -n 5 "$engine_data/$name.log" | sed "s/^/$name: /" >&2; done
            fail "the container engines do not start"
        }
    fi
    echo "$made_for" >"$engine_data/made-for"
    export PELATO_TEST_DOCKER=unix://$engine_home/docker.sock PELATO_TEST_PODMAN=unix://$engine_home/podman.sock
}
