# CPU image by default; `--build-arg GPU=cuda --build-arg BASE=nvidia/cuda:12.6.3-runtime-ubuntu24.04`
# makes one for NVIDIA GPUs. The student is inside; the image needs no network but GitHub's API.
ARG BASE=node:24-bookworm-slim

FROM node:24-bookworm-slim AS build
ARG GPU=none
WORKDIR /app
COPY . .
# The overrides leave out llama.cpp for GPUs; an image for GPUs keeps it.
RUN if [ "$GPU" = cuda ]; then npm pkg delete overrides && npm install; else npm ci; fi \
    && npm prune --omit=dev --ignore-scripts

FROM ${BASE}
ENV NODE_ENV=production
COPY --from=build /usr/local/bin/node /usr/local/bin/node
COPY --from=build /app/package.json /app/LICENSE /app/
COPY --from=build /app/bin /app/bin
COPY --from=build /app/dist /app/dist
COPY --from=build /app/grammars /app/grammars
COPY --from=build /app/models /app/models
COPY --from=build /app/schema /app/schema
COPY --from=build /app/demo /app/demo
COPY --from=build /app/node_modules /app/node_modules
RUN ln -s /app/bin/xccd.js /usr/local/bin/xccd \
    && useradd --create-home --uid 10001 xccd \
    && mkdir /data && chown xccd /data
USER xccd
WORKDIR /data
ENV XCCD_DATA=/data
EXPOSE 3000
HEALTHCHECK --start-period=30s CMD ["node", "-e", "fetch('http://127.0.0.1:3000/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["xccd"]
CMD ["serve"]
