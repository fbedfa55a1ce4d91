/** Exit code 0 where the server in this container answers /health. */
const port = process.env["PORT"] ?? "8080";
const response = await fetch(`http://127.0.0.1:${port}/health`, {
  signal: AbortSignal.timeout(4_000),
}).catch((error) => {
  console.error(`api-health: expected an answer on port ${port}, got ${error.cause ?? error}`);
  process.exit(1);
});
if (!response.ok) console.error(`api-health: expected status 200, got ${response.status}`);
process.exit(response.ok ? 0 : 1);
