import { Admin } from '@platformatic/kafka';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { serviceNames } from '../services.ts';
import { serversOf } from './detours.ts';
import { askPart } from './health.ts';
import { type Stack, startStack } from './stack.ts';
import { sharedServers, standIns } from './testing/shared.ts';

const reaches = async (url = ''): Promise<boolean> => {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => {});
  return client
    .connect()
    .then(() => client.query('select 1'))
    .then(
      () => true,
      () => false,
    )
    .finally(() => client.end().catch(() => {}));
};

/** Where Kafka tells somebody who came by `broker` to come next time. */
const toldBy = async (broker: string): Promise<number[]> => {
  const admin = new Admin({ clientId: 'test', bootstrapBrokers: [broker], retries: 20, retryDelay: 200 });
  try {
    return [...(await admin.metadata({ topics: [] })).brokers.values()].map(({ port }) => port);
  } finally {
    await admin.close();
  }
};

const toggle = (stack: Stack, name: string, enabled: boolean) =>
  fetch(`${stack.process('toxiproxy').url}/proxies/${name}`, { method: 'POST', body: JSON.stringify({ enabled }) });

describe('detours', () => {
  it('When they are wanted, then each service reaches each server by a way of its own, and can lose it alone', async () => {
    const stack = await startStack(standIns({ servers: {}, namespace: '', detours: true }));
    const { detours = [] } = stack.plan;
    expect(detours.map(({ service, server }) => `${service} ${server}`)).toEqual(
      serviceNames.flatMap((service) => serversOf(service).map((server) => `${service} ${server}`)),
    );
    const [order, inventory] = [stack.environmentOf('order'), stack.environmentOf('inventory')];
    expect(await Promise.all([reaches(order.DATABASE_URL), reaches(inventory.DATABASE_URL)])).toEqual([true, true]);
    await toggle(stack, 'order-postgres', false);
    expect(await Promise.all([reaches(order.DATABASE_URL), reaches(inventory.DATABASE_URL)])).toEqual([false, true]);

    // Whoever came by a proxy must not get around it with what Kafka says of itself.
    const way = detours.find(({ service, server }) => service === 'order' && server === 'kafka');
    expect(order.KAFKA_BROKERS).toBe(`127.0.0.1:${way?.port}`);
    expect(await toldBy(order.KAFKA_BROKERS ?? '')).toEqual([way?.port]);
    expect(await toldBy(stack.plan.servers.kafka)).toEqual([stack.process('kafka').port]);

    const toxiproxy = stack.process('toxiproxy');
    await toxiproxy.kill();
    expect(await reaches(inventory.DATABASE_URL)).toBe(false);
    await toxiproxy.start();
    expect(await Promise.all([reaches(order.DATABASE_URL), reaches(inventory.DATABASE_URL)])).toEqual([true, true]);
    await askPart('toxiproxy', toxiproxy.port, stack.plan, stack.secrets);

    await stack.process('kafka').kill();
    await stack.process('kafka').start();
    expect(await toldBy(order.KAFKA_BROKERS ?? '')).toEqual([way?.port]);
  }, 180_000);

  it('When servers are there already, then nobody can get between, and it says so', async () => {
    const starting = startStack(standIns({ servers: sharedServers(), detours: true }));
    await expect(starting).rejects.toThrow('Detours lead to servers of the stack itself');
  });
});

describe('a process of the stack', () => {
  it('When the edge is paused, then its workers sleep too, and wake up with it', async () => {
    const stack = await startStack(standIns());
    const ask = () => fetch(`${stack.url}/api/v1/cart`, { signal: AbortSignal.timeout(500) });
    await stack.process('edge').pause();
    await expect(ask()).rejects.toThrow('timeout');
    await stack.process('edge').resume();
    expect((await ask()).status).toBe(200);
  });

  it('When its disk is full, then what it prints goes there for this once', async () => {
    const stack = await startStack(standIns());
    const cart = stack.process('cart');
    await cart.kill();
    await cart.start({ logFile: '/dev/full' });
    await expect.poll(async () => (await fetch(`${stack.url}/api/v1/cart`)).status).toBe(200);
    expect(cart.logFile).toMatch(/logs\/cart[.]log$/);
  });
});
