import { readConfig, setting } from '@shop/platform/config/config.ts';
import { urlOf } from '@shop/platform/config/settings.ts';
import { systemClock } from '@shop/platform/time/system.ts';
import { lastingBreaches, reconcile } from './reconcile.ts';
import { stackBooks } from './stack.ts';

/** Proves the invariants on the databases of a shop that runs in containers: each is read as the service that owns it. */
const postgres = () => setting<string>('a database of PostgreSQL', urlOf('postgres', 'postgresql').required());
const mongo = () => setting<string>('a database of MongoDB', urlOf('mongodb').required());
const settings = {
  IDENTITY_DATABASE: postgres(),
  INVENTORY_DATABASE: postgres(),
  DISCOUNT_DATABASE: postgres(),
  ORDER_DATABASE: postgres(),
  EVENTS_DATABASE: postgres(),
  PRODUCT_DATABASE: mongo(),
  CART_DATABASE: mongo(),
};

const say = (sentence: string) => void process.stdout.write(`${sentence}\n`);

try {
  const urls = readConfig(settings, process.env);
  const books = await stackBooks({
    identity: urls.IDENTITY_DATABASE,
    inventory: urls.INVENTORY_DATABASE,
    discount: urls.DISCOUNT_DATABASE,
    order: urls.ORDER_DATABASE,
    events: urls.EVENTS_DATABASE,
    product: urls.PRODUCT_DATABASE,
    cart: urls.CART_DATABASE,
  });
  const breaches = await lastingBreaches(() => reconcile(books), systemClock, {
    onFirst: () => say('Not all agrees; looking again for 15 s, to tell what is wrong from what is under way …'),
  });
  for (const breach of breaches) say(breach);
  say(breaches.length === 0 ? 'Stock, vouchers, orders, carts and events agree.' : `${breaches.length} differ.`);
  process.exit(breaches.length === 0 ? 0 : 1);
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exit(1);
}
