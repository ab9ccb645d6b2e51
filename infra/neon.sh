#!/bin/sh
# Runs the tests of the quantum kernels as an aarch64 program under emulation, so that their NEON path is run where there
# is no such machine. The compiler and the standard library for aarch64 are Debian's, unpacked beside the build and not
# installed; the cross linker and the emulator are installed where they lack.
set -eu

target=aarch64-unknown-linux-gnu
toolchain=$(realpath -m "${CARGO_TARGET_DIR:-target}")/neon
release=/etc/os-release
grep -q '^ID=debian' $release || { echo "error: this needs Debian: its packages bring the compiler for aarch64" >&2; exit 1; }

as_root() {
	if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

depends() {
	apt-cache depends --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces "$1" | sed -n "s/^ *Depends: \($2\)$/\1/p"
}

if ! command -v qemu-aarch64 >/dev/null || ! command -v aarch64-linux-gnu-gcc >/dev/null; then
	as_root apt-get update --quiet
	as_root apt-get install --quiet --yes --no-install-recommends qemu-user gcc-aarch64-linux-gnu libc6-dev-arm64-cross
fi

if [ ! -e "$toolchain/complete" ]; then
	rm -rf "$toolchain"
	mkdir -p "$toolchain/packages"
	dpkg --print-foreign-architectures | grep -qx arm64 || as_root dpkg --add-architecture arm64
	as_root apt-get update --quiet
	runtime=$(depends libstd-rust-web-dev 'libstd-rust-web-.*')
	llvm=$(depends "$runtime" 'libllvm.*')
	(cd "$toolchain/packages" &&
		apt-get download --quiet rustc-web libstd-rust-web-dev libstd-rust-web-dev:arm64 "$runtime" "$llvm")
	for package in "$toolchain"/packages/*.deb; do
		dpkg-deb --extract "$package" "$toolchain"
	done
	rm -r "$toolchain/packages"
	touch "$toolchain/complete"
fi

export LD_LIBRARY_PATH="$toolchain/usr/lib/x86_64-linux-gnu${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
export RUSTC="$toolchain/usr/bin/rustc"
export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=aarch64-linux-gnu-gcc
export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER='qemu-aarch64 -L /usr/aarch64-linux-gnu'
"$RUSTC" --version
# a folder of its own: another compiler's artefacts would be built anew each time
exec cargo test --package quantum-kernels --target $target --target-dir "$toolchain/build" "$@"
