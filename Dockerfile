# The Node that runs alertwright comes with the base image, so that one tag says which it is, scanners know it, and its
# fixes come with the base. The npm package `node`, which brings Node to a checkout, keeps its 120 MB out of here: what
# puts them there is an install script, and none is run. test/compose holds that both are of one version.
FROM node:24.21.0-trixie-slim AS base

FROM base AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY tsconfig.json README.md LICENSE CHANGELOG.md ./
COPY src ./src
COPY eval ./eval
COPY prompts ./prompts
RUN npm run build
RUN mkdir bin data && chmod +x dist/src/alertwright.js && ln -s ../dist/src/alertwright.js bin/alertwright

FROM base AS dependencies
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --omit=dev
# What compilers and debuggers would read is more than half of it.
RUN find node_modules -type f \( -name '*.ts' -o -name '*.mts' -o -name '*.cts' -o -name '*.map' \) -delete

FROM base
WORKDIR /app
COPY --from=dependencies /src/node_modules ./node_modules
COPY --from=build /src/package.json /src/LICENSE ./
COPY --from=build /src/bin ./bin
COPY --from=build /src/dist ./dist
COPY --from=build /src/prompts ./prompts
COPY --from=build /src/eval/scenarios ./eval/scenarios
COPY deploy/image ./image
# A new volume takes over whose the folder is. Without a volume nothing is kept, and a read-only root file system says so.
COPY --from=build --chown=1000:1000 /src/data /var/lib/alertwright
ENV NODE_ENV=production PATH=/app/bin:$PATH
# A number, so that Kubernetes can see that it is not root.
USER 1000:1000
# The default of dataDir is a folder in here.
WORKDIR /var/lib/alertwright
EXPOSE 9099
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["node", "/app/image/healthcheck.js"]
ENTRYPOINT ["alertwright"]
CMD ["serve"]
