#!/usr/bin/env bash
# The speech engines' images. `push` builds those whose sources changed, pushes them to this account and writes
# `whisper=sha256:...` and `tts=sha256:...` to $GITHUB_OUTPUT, or `speech=off` where an engine has no sources; `check` sees
# that this account has $WHISPER and $TTS, and says where to copy them from when it has not; `speech` prints how a release of
# this commit speaks: `off`, or nothing where it is as committed. A tag is the digest of an engine's sources, so that nothing
# is built twice.
set -euo pipefail

registry() {
  echo "$(aws sts get-caller-identity --query Account --output text).dkr.ecr.$AWS_REGION.amazonaws.com"
}

digest_of() { # repository, tag
  aws ecr describe-images --repository-name "$1" --image-ids imageTag="$2" --query 'imageDetails[0].imageDigest' --output text 2>/dev/null
}

speech() {
  # One engine is no use: the stack has both or none.
  if [ ! -f models/whisper/Dockerfile ] || [ ! -f models/tts/Dockerfile ]; then echo off; fi
}

push() {
  if [ -n "$(speech)" ]; then
    echo "speech=$(speech)" >> "$GITHUB_OUTPUT"
    echo "models/whisper and models/tts do not both have a Dockerfile, so this release has SPEECH=off:" \
      "Amazon Transcribe hears, Polly speaks." | tee -a "$GITHUB_STEP_SUMMARY" >&2
    return
  fi
  registry=$(registry)
  aws ecr get-login-password | docker login --username AWS --password-stdin "$registry"
  for engine in whisper tts; do
    tag=$(git ls-tree -r HEAD "models/$engine" models/__init__.py requirements | sha256sum | cut -c1-16)
    digest=$(digest_of "prepai/$engine" "$tag" || true)
    if [ -z "$digest" ]; then
      # What infra/constructs/speech_endpoint.py runs them on; a test compares.
      docker buildx build --platform linux/amd64 --provenance=false --push --tag "$registry/prepai/$engine:$tag" --file "models/$engine/Dockerfile" .
      digest=$(digest_of "prepai/$engine" "$tag")
    fi
    echo "$engine=$digest" >> "$GITHUB_OUTPUT"
  done
}

check() {
  registry=$(registry)
  for pair in "whisper ${WHISPER:-}" "tts ${TTS:-}"; do
    read -r engine digest <<< "$pair"
    [ -z "${digest:-}" ] && continue
    aws ecr describe-images --repository-name "prepai/$engine" --image-ids imageDigest="$digest" > /dev/null || {
      echo "prepai/$engine@$digest is not in $registry: let staging's repository replicate to this account" \
        "(docs/operations.md, Images), then run this job again" >&2
      exit 1
    }
  done
}

"$1"
