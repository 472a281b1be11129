// What HEALTHCHECK runs: whether the server in this container answers. HEALTH_URL names another place to ask, such as
// that of a server with TLS (NODE_EXTRA_CA_CERTS then names its authority).
const url = process.env.HEALTH_URL || 'http://127.0.0.1:9099/healthz';
try {
  const { ok, status } = await fetch(url, { signal: AbortSignal.timeout(4000) });
  process.stdout.write(`${url} answers ${status}\n`);
  process.exitCode = ok ? 0 : 1;
} catch (error) {
  process.stdout.write(`${url} does not answer: ${error.cause?.message ?? error.message}\n`);
  process.exitCode = 1;
}
