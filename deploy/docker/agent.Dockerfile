# The agent: one static binary in an empty image. Build it from the root of the repository:
#   docker build -f deploy/docker/agent.Dockerfile -t gravito/quasar-agent .
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY clients/go clients/go
COPY agent agent
ARG VERSION=0.1.0
ARG TARGETOS=linux
ARG TARGETARCH=amd64
RUN CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH \
  go build -C agent -trimpath -ldflags "-s -w -X github.com/gravito-framework/quasar/agent/internal/agent.Version=$VERSION" -o /quasar-agent ./cmd/quasar-agent

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /quasar-agent /usr/bin/quasar-agent
# No name: an empty image has no list of users.
USER 65532:65532
HEALTHCHECK --interval=30s --timeout=5s --start-period=15s --retries=3 CMD ["/usr/bin/quasar-agent", "status"]
ENTRYPOINT ["/usr/bin/quasar-agent"]
