import type { Books } from '../../apps/reconcile/books.ts';
import type { Stored, StoredCheckout } from './verify.ts';

/** As many rows at a time. */
const PAGE = 2_000;
const NIL = '00000000-0000-0000-0000-000000000000';

const CHECKOUTS = `
  select s.id, s.user_id as "userId", s.idempotency_key as key, s.state, s.problem->>'code' as problem,
         o.id as "orderId", o.status, o.body->'lines' as lines, o.body->'vouchers' as vouchers
  from sagas s left join orders o on o.checkout_id = s.id
  where s.kind = 'checkout' and s.id > $1 order by s.id limit ${PAGE}`;

/** Reads what the services have stored, past the services. */
export const readStored = async (books: Pick<Books, 'order' | 'inventory'>): Promise<Stored> => {
  const checkouts: StoredCheckout[] = [];
  for (let after: string | undefined = NIL; after !== undefined; ) {
    const rows: StoredCheckout[] = await books.order.query<StoredCheckout>({ text: CHECKOUTS, values: [after] });
    checkouts.push(...rows);
    after = rows.length < PAGE ? undefined : rows.at(-1)?.id;
  }
  const levels = await books.inventory.query<{ sku: string; onHand: string; reserved: string }>({
    text: 'select sku, on_hand as "onHand", reserved from stock',
    values: [],
  });
  const stock = Object.fromEntries(
    levels.map(({ sku, onHand, reserved }) => [sku, { onHand: Number(onHand), reserved: Number(reserved) }]),
  );
  return { checkouts, stock };
};
