# syntax=docker/dockerfile:1
# One image for every role: ROLES=api | worker | all, and for the simulator (see docker-compose.yml).
#
# Run it with an init process, which reaps children and hands SIGTERM on: docker run --init … (`init: true` in compose).
# The image has no database of its own: the embedded PostgreSQL is left out, so DATABASE_URL is required.

FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN --mount=type=cache,id=heliograph-npm,target=/npm-cache \
    npm ci --ignore-scripts --no-audit --no-fund --cache /npm-cache
COPY . .
RUN npm run build

FROM node:24-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json ./
# optional = the PostgreSQL binaries for development (60 MB), which a container must not fall back to.
RUN --mount=type=cache,id=heliograph-npm,target=/npm-cache \
    npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund --cache /npm-cache

FROM node:24-bookworm-slim AS runtime
ENV NODE_ENV=production
WORKDIR /app
# Owned by root and only read: the process cannot change its own code.
COPY --from=packages /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json LICENSE ./
USER node
EXPOSE 3000 50051
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.HTTP_PORT || 3000}/health/live`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--disable-proto=delete", "--max-semi-space-size=64", "dist/src/main.js"]
