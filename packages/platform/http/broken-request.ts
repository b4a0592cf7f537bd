import type { Duplex } from 'node:stream';
import { problemBody } from '@shop/contracts/problem-body.ts';
import { type ProblemCode, problems, refuse } from '@shop/contracts/problems.ts';

const codes: Record<string, ProblemCode> = {
  HPE_HEADER_OVERFLOW: 'HEADERS_TOO_LARGE',
  ERR_HTTP_REQUEST_TIMEOUT: 'REQUEST_TIMEOUT',
};

/** Answers what Node could not read as a request: it never reaches the routes, yet its sender gets a problem too. */
export const answerBroken = (error: NodeJS.ErrnoException, socket: Duplex): void => {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const code = codes[error.code ?? ''] ?? 'MALFORMED_REQUEST';
  const [status, title] = problems[code];
  const body = JSON.stringify(problemBody(refuse(code)));
  socket.end(
    `HTTP/1.1 ${status} ${title}\r\nContent-Type: application/problem+json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
};
