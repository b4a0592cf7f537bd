import { createServer } from 'node:http';

/**
 * A stand-in for a service, where only processes are looked at: `node service.fixture.ts <name>`. Ready at once; tells
 * at any path who answers; drains on SIGTERM as services do. `FAILS=<name>` lets one end before it is ready.
 */
const name = process.argv[2];
const { PORT, FAILS, DRAIN_MS = '300' } = process.env;

if (FAILS === name) {
  console.error(`${name} wants nothing to do with this.`);
  process.exit(1);
}

let draining = false;

const server = createServer((request, response) => {
  request.resume();
  const unready = draining && request.url === '/health/ready';
  response.writeHead(unready ? 503 : 200, {
    'Content-Type': 'application/json',
    ...(draining && { Connection: 'close' }),
  });
  const { method, url, headers } = request;
  response.end(JSON.stringify({ service: name, pid: process.pid, method, url, headers }));
});
server.listen(Number(PORT), '127.0.0.1');

process.once('SIGTERM', () => {
  draining = true;
  server.close(() => process.exit(0));
  setTimeout(() => process.exit(0), Number(DRAIN_MS));
});
