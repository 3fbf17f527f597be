# An image for CPUs by default. For NVIDIA GPUs:
#   docker build --build-arg GPU=cuda --build-arg BASE=nvidia/cuda:12.6.3-runtime-ubuntu24.04 .
# The student is inside; a running container needs no network but GitHub's API and its database.
ARG BASE=node:24-bookworm-slim

FROM node:24-bookworm-slim AS build
ARG GPU=none
WORKDIR /app
COPY . .
# The overrides leave out llama.cpp for GPUs; an image for GPUs keeps it. `starter` is a corpus to
# begin with, which not every checkout has.
RUN if [ "$GPU" = cuda ]; then npm pkg delete overrides && npm install; else npm ci; fi \
    && npm prune --omit=dev --ignore-scripts \
    && mkdir -p starter

FROM ${BASE}
ENV NODE_ENV=production
COPY --from=build /usr/local/bin/node /usr/local/bin/node
COPY --from=build /app/package.json /app/LICENSE /app/
COPY --from=build /app/bin /app/bin
COPY --from=build /app/dist /app/dist
COPY --from=build /app/grammars /app/grammars
COPY --from=build /app/models /app/models
COPY --from=build /app/starter /app/starter
COPY --from=build /app/schema /app/schema
COPY --from=build /app/demo /app/demo
COPY --from=build /app/node_modules /app/node_modules
RUN ln -s /app/bin/xccd.js /usr/local/bin/xccd \
    && mkdir /data && chown 10001:10001 /data
# A number, so that an orchestrator can see that it is not root.
USER 10001:10001
WORKDIR /data
ENV XCCD_DATA=/data HOME=/data
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 3000}/healthz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["xccd"]
CMD ["serve"]
