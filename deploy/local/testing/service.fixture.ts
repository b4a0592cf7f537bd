import { createServer } from 'node:http';
import { Server } from 'node:net';

/**
 * A stand-in for a service, where only processes are looked at: `node service.fixture.ts <name>`. Tells at any path who
 * answers, and drains on SIGTERM as services do. `FAILS=<name>` lets one end before it is ready, `SLOW_MS` delays the
 * readiness of all.
 */
const name = process.argv[2];
const { PORT, FAILS, SLOW_MS = '0', DRAIN_MS = '2500' } = process.env;

if (FAILS === name) {
  console.error(`${name} wants nothing to do with this.`);
  process.exit(1);
}

let ready = false;
let draining = false;
setTimeout(() => {
  ready = true;
}, Number(SLOW_MS));

const server = createServer((request, response) => {
  request.resume();
  const unready = (draining || !ready) && request.url === '/health/ready';
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
  // HTTP's own way would also cut connections that are idle, while somebody may be sending on one.
  Server.prototype.close.call(server, () => process.exit(0));
  setTimeout(() => process.exit(0), Number(DRAIN_MS));
});
