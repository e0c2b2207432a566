/** The HEALTHCHECK of the image: exit code 0 while the process answers. */
const { HOST: host = '', PORT: port = '3000' } = process.env;
const everywhere = ['', '0.0.0.0', '::'].includes(host);
const address = everywhere ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
try {
  const answer = await fetch(`http://${address}:${port}/health/live`, { signal: AbortSignal.timeout(4_000) });
  process.exitCode = answer.ok ? 0 : 1;
} catch {
  process.exitCode = 1;
}
