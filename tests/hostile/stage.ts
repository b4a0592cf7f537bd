import { beforeAll, describe, expect, it } from 'vitest';
import { auditShop } from '../support/audit.ts';
import { type Client, customer, guest, product } from '../support/client.ts';
import { type OpenShop, openShop } from '../support/open-shop.ts';
import { type RawReply, rawCall } from '../support/raw-call.ts';
import { type Row, titled, type Who } from './tables.ts';
import { jsonOf } from './values.ts';

/** The people and things that the requests of a file are about. */
export interface Stage extends OpenShop {
  guest: Client;
  buyer: Client;
  /** Fills `{name}` in requests; `sku` and `product` are there from the start. */
  names: Record<string, string>;
}

interface Play {
  /** What has to be there; it may add names. */
  arrange?: (stage: Stage) => Promise<void>;
  /** What must read afterwards as it did before: `buyer /cart`. */
  watched: string[];
  /** Requests that are refused, each once and in this order. */
  tables: Record<string, readonly Row[]>;
  env?: Record<string, string>;
}

const fill = (text: string, names: Record<string, string>): string =>
  text.replace(/\{(\w+)\}/g, (whole, name: string) => names[name] ?? whole);

const tokenOf = (stage: Stage, who: Who): string | undefined => (who === 'nobody' ? undefined : stage[who].token);

const bytesOf = (body: unknown, names: Record<string, string>): string | Uint8Array | undefined => {
  if (body === undefined || body instanceof Uint8Array) return body;
  return fill(typeof body === 'string' ? body : jsonOf(body), names);
};

/** Sends a row to the shop. */
export const sendRow = (stage: Stage, { send, as = 'buyer', body, headers }: Omit<Row, 'answer' | 'what'>) => {
  const [method = '', place = ''] = send.split(/ (.*)/s);
  const path = fill(place, stage.names);
  const token = tokenOf(stage, as);
  const sent = bytesOf(body, stage.names);
  return rawCall(stage.shop.url, {
    method,
    path: path.startsWith('//') ? path.slice(1) : `/api/v1${path}`,
    body: sent,
    headers: {
      ...(sent === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...(token ? { Authorization: `Bearer ${token}` } : {}),
      ...headers,
    },
  });
};

/** An answer must be small: a refusal that is many times its request is a gift to whoever wants to do harm. */
const largestRefusal = 20_000;

const expectAnswer = ({ status, body, text }: RawReply, { answer, names }: Row) => {
  const code = typeof body === 'object' && body?.code ? ` ${body.code}` : '';
  expect(`${status}${code}`, text.slice(0, 500)).toBe(answer);
  if (status >= 400) expect(text.length).toBeLessThan(largestRefusal);
  if (names) expect([...new Set(body.errors.map(({ path }: { path: string }) => path))]).toEqual(names);
  // Whoever reads the sentence alone must know where to look.
  if (names?.length === 1 && names[0] && body.errors.length === 1) expect(body.detail).toContain(lastOf(names[0]));
  expect(text).not.toMatch(/node_modules|\.ts:\d|select |insert into|syntax error/);
};

const lastOf = (path: string): string => path.split('.').at(-1) ?? '';

const readable = ({ body }: RawReply): unknown => body;

/**
 * Plays tables of bad requests to a shop of its own: each gets its answer; after them everything that was watched
 * reads as before, nothing was answered with 5xx, the invariants hold and the shop still sells.
 */
export const playHostile = (service: string, { arrange, watched, tables, env }: Play): Stage => {
  const stage = openShop(env) as Stage;
  const seen = new Map<number, number>();
  const before = new Map<string, unknown>();
  const read = async (line: string) => {
    const [as, path] = line.split(' ');
    const reply = await sendRow(stage, { send: `GET ${path}`, as: as as Who });
    expect([line, reply.status]).toEqual([line, 200]);
    return readable(reply);
  };

  beforeAll(async () => {
    [stage.guest, stage.buyer] = [await guest(stage.shop.url), await customer(stage.shop.url)];
    const { sku, product: made } = await product(stage.seller, { stock: 1000 });
    stage.names = { sku, product: made.id, buyer: stage.buyer.userId };
    await arrange?.(stage);
    expect(await auditShop(stage.shop)).toEqual([]);
    for (const line of watched) before.set(line, await read(line));
  });

  describe(`Hostile requests to ${service}`, () => {
    for (const [table, rows] of Object.entries(tables))
      describe(table, () => {
        it.each(titled(rows))('When %s, then the answer is %s', async (_title, _answer, row) => {
          const reply = await sendRow(stage, row);
          seen.set(reply.status, (seen.get(reply.status) ?? 0) + 1);
          expectAnswer(reply, row);
        });
      });

    it('When all of that is over, then nothing was a failure, nothing has changed, and the shop still sells', async () => {
      expect([...seen.keys()].filter((status) => status >= 500)).toEqual([]);
      for (const [line, was] of before) expect(await read(line)).toEqual(was);
      expect((await sendRow(stage, { send: 'GET //health/ready', as: 'nobody' })).body).toEqual({ status: 'ready' });
      const lea = await customer(stage.shop.url);
      await lea.add(stage.names.sku ?? '');
      expect((await lea.checkout()).status).toBe(201);
      expect(await auditShop(stage.shop)).toEqual([]);
      expect(
        stage.shop
          .output()
          .split('\n')
          .filter((line) => line.includes('"level":50')),
      ).toEqual([]);
    });
  });
  return stage;
};
