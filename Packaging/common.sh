# Countersign: tamper-evident access proxy
# SPDX-License-Identifier: Apache-2.0
#
# Sourced by the scripts of this folder: where the programs are, what the version is, and one clock.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/.." && pwd)
programs=${PROGRAMS:-$root/.build/${PROFILE:-release}}
out=${OUT:-$root/.build/packages}
for program in countersign countersign-verify; do
    [ -x "$programs/$program" ] || {
        echo "packages: $programs/$program is missing; run make release, or set PROFILE" >&2
        exit 1
    }
done
version=$("$programs/countersign" version --json | sed -n 's/.*"version":"\([^"]*\)".*/\1/p')
architecture=$(dpkg --print-architecture)
# Times in packages are that of the commit, so that the same programs give the same bytes.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$root" log -1 --format=%ct)}
export SOURCE_DATE_EPOCH LC_ALL=C TZ=UTC
umask 022
mkdir -p "$out"

# stage FOLDER: the files of an installation below /usr
stage() {
    local to=$1
    install -d "$to/bin" "$to/share/man/man1" "$to/share/bash-completion/completions" \
        "$to/share/zsh/vendor-completions" "$to/share/fish/vendor_completions.d"
    for program in countersign countersign-verify; do
        install -m 755 "$programs/$program" "$to/bin/$program"
        strip --strip-unneeded --remove-section=.comment --remove-section=.note "$to/bin/$program"
        # Programs made for development find the compiler's libraries by it.
        [ "${PROFILE:-release}" != release ] || python3 "$here/without-runpath" "$to/bin/$program"
        PAGE_DATE=$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y-%m-%d) \
            python3 "$here/man-pages" "$programs/$program" "$to/share/man/man1"
    done
    # Sourced, never run: the line that names an interpreter is left out.
    "$programs/countersign" completion bash | sed '1{/^#!/d}' \
        >"$to/share/bash-completion/completions/countersign"
    "$programs/countersign" completion zsh >"$to/share/zsh/vendor-completions/_countersign"
    "$programs/countersign" completion fish >"$to/share/fish/vendor_completions.d/countersign.fish"
}

# same_times FOLDER
same_times() { find "$1" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +; }
