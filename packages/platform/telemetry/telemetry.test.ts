import { describe, expect, it } from 'vitest';
import { get } from '../http/route.ts';
import { joi } from '../http/schemas.ts';
import { serve } from '../testing/http.ts';
import { requestContext } from './context.ts';
import { createLogger } from './logger.ts';
import { createMetrics, serveMetrics } from './metrics.ts';

describe('the log', () => {
  it('When something is logged within a request, then the line carries its id and trace', () => {
    const lines: string[] = [];
    const logger = createLogger({ name: 'order' }, { write: (line) => lines.push(line) });
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    requestContext.run({ requestId: 'r1', sagaId: 's1', traceparent }, () => logger.info('hello'));
    logger.info('alone');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      name: 'order',
      requestId: 'r1',
      sagaId: 's1',
      traceId: '0af7651916cd43dd8448eb211c80319c',
      msg: 'hello',
    });
    expect(JSON.parse(lines[1] ?? '').requestId).toBeUndefined();
  });

  it('When an object with secrets is logged, then they are not', () => {
    const lines: string[] = [];
    const logger = createLogger({ name: 'x' }, { write: (line) => lines.push(line) });
    logger.info({
      email: 'hunter2@example.com',
      password: 'hunter2',
      headers: { authorization: 'Bearer hunter2' },
      a: { b: { refreshToken: 'hunter2' } },
    });
    expect(lines.join()).not.toContain('hunter2');
  });

  it('When the level is higher, then lower lines are not written', () => {
    const lines: string[] = [];
    const logger = createLogger({ name: 'x', level: 'warn' }, { write: (line) => lines.push(line) });
    logger.info('no');
    logger.warn('yes');
    expect(lines).toHaveLength(1);
  });
});

describe('metrics', () => {
  it('When requests were answered, then their durations are counted by declared path and status', async () => {
    const metrics = createMetrics({ service: 'order' });
    const route = get('/things/:id', { summary: 't', access: 'anyone', answers: { 200: joi.object() } }, () => ({}));
    const server = await serve([route], { metrics });
    for (const id of ['1', '2', '3']) await server.request('GET', `/things/${id}`);
    await server.request('GET', '/nothing/1');
    await server.close();

    const port = await serveMetrics(metrics, { host: '127.0.0.1', port: 0 });
    const response = await fetch(`http://127.0.0.1:${port.port}/metrics`);
    const text = await response.text();
    expect(response.headers.get('content-type')).toContain('text/plain');
    const counts = text.split('\n').filter((line) => line.startsWith('http_request_duration_seconds_count'));
    expect(counts).toEqual([
      'http_request_duration_seconds_count{service="order",method="GET",route="/api/v1/things/:id",status="200"} 3',
      'http_request_duration_seconds_count{service="order",method="GET",route="unmatched",status="404"} 1',
    ]);
    expect(text).toContain('process_cpu_seconds_total');
    expect((await fetch(`http://127.0.0.1:${port.port}/`)).status).toBe(404);
    await port.close();
  });
});
