# Zenith, the control plane. Build it from the root of the repository:
#   docker build -f deploy/docker/zenith.Dockerfile -t gravito/quasar .
FROM node:22-slim AS build
WORKDIR /src
COPY . .
RUN npm ci --ignore-scripts && npm pack --pack-destination /tmp

FROM node:22-slim
ENV NODE_ENV=production
WORKDIR /opt/quasar
COPY --from=build /tmp/gravito-quasar-*.tgz quasar.tgz
COPY deploy/docker/zenith-packages.json package.json
# The package, and the packages that it needs for queues of BullMQ, PostgreSQL, e-mail and single sign-on.
RUN npm install --omit=dev --no-audit --no-fund && rm quasar.tgz && npm cache clean --force \
  && mkdir /data && chown node:node /data
USER node
ENV QUASAR_HOST=0.0.0.0 QUASAR_ARCHIVE=/data
VOLUME /data
EXPOSE 4280
# /login answers anyone and needs no Redis: a Zenith whose Redis is away is healthy, and says so on its page.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.QUASAR_PORT || 4280) + (process.env.QUASAR_BASE_PATH || '') + '/login').then((answer) => process.exit(answer.status < 500 ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/opt/quasar/node_modules/@gravito/quasar/dist/esm/cli/bin.js"]
CMD ["zenith"]
