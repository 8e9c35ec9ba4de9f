# The image that `make image` makes, for those who have a container engine: the same files, made by the same program.
# .git must be in the context, since the binary says which commit it is of.
#
#   docker buildx build --platform linux/amd64,linux/arm64 \
#     --build-arg VERSION="$(git describe --tags --always --dirty --abbrev=12)" --build-arg REVISION="$(git rev-parse HEAD)" .

# The whole version of Go, since it decides the bytes of the binary.
FROM --platform=$BUILDPLATFORM golang:1.26.8 AS build
WORKDIR /src
COPY . .
ARG VERSION=dev
ARG TARGETPLATFORM
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
    cd .ci/artefact && go run . -source /src -out /out -version "$VERSION" -platform "$TARGETPLATFORM" root

FROM scratch
COPY --from=build /out/root/ /
ARG VERSION=dev
ARG REVISION=unknown
ARG SOURCE_URL=""
LABEL org.opencontainers.image.title="stowage" \
      org.opencontainers.image.description="Deploy to Kubernetes in dependency order, and see beforehand what changes" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.source="$SOURCE_URL"
USER 65532:65532
WORKDIR /work
ENTRYPOINT ["/stowage"]
