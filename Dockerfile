# Two images from one tree: `docker build --target edge .` and `docker build --target fleet .`
# Server code runs as it is written (Node.js strips the types); only the two pages have a build step.

FROM node:24-bookworm-slim AS base
WORKDIR /opt/outpost
ENV NODE_ENV=production
COPY package.json package-lock.json .npmrc ./
COPY edge/package.json edge/
COPY edge/kernel/package.json edge/kernel/
COPY edge/wire/package.json edge/wire/
COPY firmware-adapters/package.json firmware-adapters/
COPY models/package.json models/
COPY flows/package.json flows/
COPY fleet/package.json fleet/

FROM base AS technician
RUN npm ci --include=dev --workspace @outpost/edge --workspace @outpost/kernel --workspace @outpost/wire \
      --workspace @outpost/firmware-adapters --workspace @outpost/models
COPY .toolchain .toolchain
COPY firmware-adapters firmware-adapters
COPY models models
COPY edge edge
RUN node edge/technician/web/build.ts

FROM base AS edge
RUN npm ci --omit=dev --workspace @outpost/edge --workspace @outpost/firmware-adapters --workspace @outpost/models \
      --workspace @outpost/kernel --workspace @outpost/wire \
 && npm cache clean --force
# What adapters run as programs of their own: cameras' ffmpeg, gpiomon for wired buttons.
RUN apt-get update && apt-get install -y --no-install-recommends ffmpeg gpiod && rm -rf /var/lib/apt/lists/*
COPY firmware-adapters firmware-adapters
COPY models models
COPY edge edge
COPY --from=technician /opt/outpost/edge/technician/web/dist edge/technician/web/dist
# Serial lines belong to the group dialout; the state directory is a volume.
RUN useradd --system --groups dialout --home-dir /var/lib/outpost outpost \
 && install -d -o outpost -g outpost /var/lib/outpost
USER outpost
# A gateway is a small machine: compiled code is kept, the allocator and the young generation stay small.
ENV NODE_COMPILE_CACHE=/var/lib/outpost/code-cache MALLOC_ARENA_MAX=2
VOLUME /var/lib/outpost
EXPOSE 8089 8443
HEALTHCHECK --interval=30s --timeout=5s CMD ["node", "-e", "fetch('http://127.0.0.1:8089/healthz').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "--max-semi-space-size=1", "edge/main.ts"]
CMD ["run", "--site", "/etc/outpost/site.yaml", "--state", "/var/lib/outpost"]

FROM base AS console
RUN npm ci --include=dev --workspace @outpost/fleet --workspace @outpost/kernel --workspace @outpost/wire \
      --workspace @outpost/firmware-adapters --workspace @outpost/models
COPY .toolchain .toolchain
COPY edge/kernel edge/kernel
COPY edge/wire edge/wire
COPY firmware-adapters firmware-adapters
COPY models models
COPY fleet fleet
RUN node fleet/console/build.ts

FROM base AS fleet
RUN npm ci --omit=dev --workspace @outpost/fleet --workspace @outpost/kernel --workspace @outpost/wire \
      --workspace @outpost/firmware-adapters --workspace @outpost/models \
 && npm cache clean --force
COPY edge/kernel edge/kernel
COPY edge/wire edge/wire
# The desk checks site documents with the adapters' own settings schemas and the algorithms' manifests.
COPY firmware-adapters firmware-adapters
COPY models models
COPY fleet fleet
COPY --from=console /opt/outpost/fleet/console/dist fleet/console/dist
RUN useradd --system --home-dir /var/lib/outpost outpost && install -d -o outpost -g outpost /var/lib/outpost
USER outpost
VOLUME /var/lib/outpost
EXPOSE 8080 8443 8883
HEALTHCHECK --interval=30s --timeout=5s CMD ["node", "-e", "fetch('http://127.0.0.1:8080/api/health').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "fleet/main.ts"]
# Gateways come with certificates: claimed at 8443, connected at 8883. Name the host with --public-host.
CMD ["--state", "/var/lib/outpost", "--http", "0.0.0.0:8080", "--https", "0.0.0.0:8443", "--mqtts", "0.0.0.0:8883"]
