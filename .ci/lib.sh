# Shared by ./run, ./test and .ci/check: the environment, made once and found again in a moment.

unset PYTHONDONTWRITEBYTECODE  # where it is set, each process would translate every file anew

say() { printf '%s\n' "$*" >&2; }

find_python() {
  local candidate
  for candidate in "${PYTHON:-}" python3.11 python3.12 python3.13 python3; do
    [ -n "$candidate" ] && command -v "$candidate" >/dev/null 2>&1 || continue
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      printf '%s' "$candidate"
      return 0
    fi
  done
  say "Lamplight needs Python 3.11 or newer, and found none."
  return 1
}

# install FILE: the locked packages of FILE in .venv, skipped when exactly these are there already.
install() {
  local file=$1 stamp hash python
  if [ ! -x .venv/bin/python ]; then
    python=$(find_python) || exit 1
    "$python" -m venv .venv || { say "On Debian and Ubuntu: apt install python3-venv"; exit 1; }
  fi
  hash=$(.venv/bin/python -c 'import hashlib, sys; print(hashlib.sha256(open(sys.argv[1], "rb").read()).hexdigest())' "$file")
  stamp=.venv/$(basename "$file").sha256
  if [ "$(cat "$stamp" 2>/dev/null)" = "$hash" ]; then return 0; fi
  say "Installing the packages of $file ..."
  # uv takes seconds where pip takes a minute. Where it cannot be had or does not come through, pip does all of it: every
  # Python has it, and it knows this machine's mirror.
  local pip=(.venv/bin/python -m pip --quiet --disable-pip-version-check install) locked=(--no-deps --require-hashes)
  { "${pip[@]}" "${locked[@]}" --only-binary=:all: -r .ci/requirements-uv.txt &&
    .venv/bin/uv pip install --quiet --python .venv/bin/python "${locked[@]}" -r "$file"; } 2>/dev/null ||
    "${pip[@]}" "${locked[@]}" --force-reinstall -r "$file" || return 1
  printf '%s' "$hash" > "$stamp"
}
