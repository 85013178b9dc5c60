# shellcheck shell=bash
# A Rust that compiles for wasm32-wasip1, in target/tools/rust. Sourced by `.ci/run`.
#
# The Rust pack asks people for `rustup target add wasm32-wasip1`. Where rustup cannot fetch it, Debian's Rust has the
# sources of the standard library: it is compiled into a folder that looks to cargo as if rustup had been there.

# Whether a folder's rustc has the target.
has_wasm_target() {
    local folder status
    folder=$(mktemp -d)
    "$1/rustc" --target wasm32-wasip1 --crate-name probe --crate-type lib --emit metadata --out-dir "$folder" - \
        </dev/null >"$folder/output" 2>&1
    status=$?
    rm -rf "$folder"
    return $status
}

build_debian_rust() {
    { [ -x /usr/bin/cargo ] && [ -x /usr/bin/wasm-ld ] && [ -d /usr/lib/rustlib/src/rust/library ] &&
        [ -d /usr/lib/wasm32-wasi ]; } || apt_install rustc-web cargo-web rust-web-src lld wasi-libc || return
    local host new=$tools/rust.new
    host=$(/usr/bin/rustc --print host-tuple) || return
    rm -rf "$new" "$tools/rust"
    mkdir -p "$new/bin" "$new/build/src" "$new/sysroot/lib/rustlib/wasm32-wasip1/lib/self-contained" \
        "$new/sysroot/lib/rustlib/$host/bin"
    printf '[package]\nname = "nothing"\nversion = "0.0.0"\nedition = "2021"\n[workspace]\n' >"$new/build/Cargo.toml"
    touch "$new/build/src/lib.rs"
    (cd "$new/build" && env RUSTFLAGS=-Cembed-bitcode=yes RUSTC_BOOTSTRAP=1 RUSTC=/usr/bin/rustc \
        CARGO_TARGET_DIR="$new/build/target" /usr/bin/cargo build --quiet --release --target wasm32-wasip1 \
        -Zbuild-std=std,panic_abort,panic_unwind,proc_macro) || return
    rm "$new"/build/target/wasm32-wasip1/release/deps/libnothing*
    mv "$new"/build/target/wasm32-wasip1/release/deps/*.rlib "$new/sysroot/lib/rustlib/wasm32-wasip1/lib/"
    cp /usr/lib/wasm32-wasi/{crt1-command.o,crt1-reactor.o,libc.a} \
        "$new/sysroot/lib/rustlib/wasm32-wasip1/lib/self-contained/"
    rm -rf "$new/build"
    ln -s "/usr/lib/rustlib/$host/lib" "$new/sysroot/lib/rustlib/$host/lib"
    ln -s "$(command -v lld)" "$new/sysroot/lib/rustlib/$host/bin/rust-lld"
    printf '#!/bin/sh\nexec /usr/bin/rustc --sysroot "%s" "$@"\n' "$tools/rust/sysroot" >"$new/bin/rustc"
    chmod +x "$new/bin/rustc"
    ln -s /usr/bin/cargo "$new/bin/cargo"
    mv "$new" "$tools/rust"
}

install_wasm_rust() {
    export PELATO_TEST_RUST=$tools/rust/bin
    ! has_wasm_target "$tools/rust/bin" || return 0
    if has_wasm_target "$(dirname "$(command -v rustc)")" || { has rustup && rustup target add wasm32-wasip1; }; then
        mkdir -p "$tools/rust/bin"
        ln -sf "$(command -v cargo)" "$(command -v rustc)" "$tools/rust/bin/"
    else
        build_debian_rust ||
            fail "no Rust with the target wasm32-wasip1: rustup cannot add it, and Debian's rust-web-src is not here"
    fi
    has_wasm_target "$tools/rust/bin" || fail "$tools/rust/bin/rustc does not compile for wasm32-wasip1"
}
