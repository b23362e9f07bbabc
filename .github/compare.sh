#!/usr/bin/env bash
# What differs between a commit and the working tree in every template, and what each environment costs, as Markdown on
# standard output. Both sides are synthesised here; AWS is asked nothing.
set -euo pipefail
base=${1:?expected a commit to compare with, such as origin/main}
root=$(cd "$(dirname "$0")/.." && pwd)
before=$(mktemp -d)
trap 'git -C "$root" worktree remove --force "$before"' EXIT
git -C "$root" worktree add --quiet --detach "$before" "$base"
# A base from before there was a stack has nothing to compare with.
if grep -q '^synth:' "$before/Makefile"; then make -C "$before" --no-print-directory synth >&2; fi
[ -d "$root/cdk.out" ] || make -C "$root" --no-print-directory synth >&2

cd "$root"
node=$(.venv/bin/python -c 'import infra; print(infra.NODE)')
export PATH="$node:$PATH" NO_COLOR=1
echo "# Templates against $base"
for template in cdk.out/assembly-*/*.template.json; do
  name=$(basename "$template" .template.json)
  old="$before/$template"
  if [ ! -f "$old" ]; then
    echo "- \`$name\` is new: $(grep -c '"Type": "AWS::' "$template") resources"
  elif cmp -s "$old" "$template"; then
    echo "- \`$name\` stays as it is"
  else
    echo "<details><summary><code>$name</code> changes</summary>"
    printf '\n```\n'
    environment=${template#cdk.out/assembly-}
    node node_modules/aws-cdk/bin/cdk diff --app cdk.out --template "$old" --no-color \
      "${environment%%/*}/${name##*-}" 2>&1 || true
    printf '```\n</details>\n\n'
  fi
done
for assembly in cdk.out/assembly-*; do
  printf '\n# Cost of %s\n\n```\n' "${assembly#cdk.out/assembly-}"
  .venv/bin/python -m infra --env "${assembly#cdk.out/assembly-}" cost
  printf '```\n'
done
