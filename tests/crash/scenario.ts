import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { type Client, customer, guest, product, type Reply } from '../support/client.ts';

/** What does not change from round to round. */
export interface Stage {
  url: string;
  seller: Client;
  sku: string;
  soldOut: string;
  /** How many receipts of one unit have been sent, each with a key of its own. */
  receipts: number;
}

export const setStage = async (url: string, seller: Client): Promise<Stage> => {
  const { sku } = await product(seller, { stock: 10_000 });
  const { sku: soldOut } = await product(seller, { stock: 0 });
  await seller.post('/vouchers', { code: 'CRASH', type: 'percentage', value: 1000, scope: { kind: 'order' } });
  return { url, seller, sku, soldOut, receipts: 0 };
};

/** A write that may meet the crash, and how to send it again. */
interface Write {
  send: () => Promise<Reply>;
  reply?: Reply;
}

/** One round of everything that the shop does; what was answered is kept, what was not may be sent again. */
export const playRound = async (stage: Stage) => {
  const { seller, sku, soldOut } = stage;
  const writes: Write[] = [];
  const attempt = async (send: () => Promise<Reply>): Promise<Reply> => {
    const write: Write = { send };
    writes.push(write);
    write.reply = await send();
    return write.reply;
  };
  const fill = async (buyer: Client, wanted: string) => {
    await buyer.add(wanted);
    await buyer.put('/cart/vouchers/CRASH');
  };
  stage.receipts++;
  const receiptKey = randomUUID();
  const receipt = () =>
    seller.post(`/inventory/${sku}/adjustments`, { delta: 1, reason: 'receipt' }, { 'Idempotency-Key': receiptKey });
  const play = async () => {
    await attempt(receipt);
    const [kim, lea, visitor] = [await guest(stage.url), await guest(stage.url), await guest(stage.url)];
    await fill(kim, sku);
    const bought = randomUUID();
    const { orderId } = (await attempt(() => kim.checkout({ key: bought }))).body;
    await fill(lea, soldOut);
    const refused = randomUUID();
    await attempt(() => lea.checkout({ key: refused }));
    const cancelled = randomUUID();
    await attempt(() => kim.post(`/orders/${orderId}/cancel`, {}, { 'Idempotency-Key': cancelled }));
    await fill(kim, sku);
    const again = randomUUID();
    const second = (await attempt(() => kim.checkout({ key: again }))).body.orderId;
    await seller.post(`/orders/${second}/ship`);
    const { product: made } = await product(seller, { stock: 1 });
    await seller.patch(`/products/${made.id}`, { title: 'Changed' });
    await seller.del(`/products/${made.id}`);
    await visitor.add(sku);
    const email = `${randomUUID()}@example.com`;
    await customer(stage.url, email);
    await visitor.post('/auth/login', { email, password: 'correct horse battery' });
  };
  await play().catch((error: unknown) => {
    // The shop was killed under the round: fetch says so. Anything else is a fault of the shop.
    if (!(error instanceof TypeError)) throw error;
  });
  return { writes, receipt };
};

/** Each write, sent again, is answered as before, or for the first time; none takes effect twice. */
export const expectKept = async (round: Awaited<ReturnType<typeof playRound>>): Promise<void> => {
  for (const { send, reply } of round.writes) {
    const again = await send();
    expect([200, 201, 409]).toContain(again.status);
    if (!reply || reply.status >= 500) continue;
    expect(again.status).toBe(reply.status);
    expect(again.body.id ?? again.body.checkoutId).toBe(reply.body.id ?? reply.body.checkoutId);
  }
  expect((await round.receipt()).status).toBe(201);
};
