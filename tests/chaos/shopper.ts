import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Sent } from '../support/request-init.ts';
import type { Answer, Asking } from './asking.ts';
import type { Chronicle, Lines, Shopper } from './history.ts';

/** Somebody who is signed in, and signs in again whenever the shop has forgotten or outlived that. */
export interface Person extends Shopper {
  /** Asks until there is an answer; one that doesn't know the person any more leads to a new sign-in. */
  ask(method: string, path: string, sent?: Sent): Promise<Answer>;
  /** Asks once; undefined when it is unknown whether anything has happened. */
  once(method: string, path: string, sent?: Sent): Promise<Answer | undefined>;
  /** Whether a write had no definite answer, so that what is stored can't be known for sure. */
  unclear(): boolean;
}

const PASSWORD = 'correct horse battery';
const AGAIN_MS = 300;

interface Account {
  email: string;
  password: string;
}

/** Signs in; a clock that runs ahead or behind may keep that from being of any use for a while. */
const signIn = async ({ ask }: Asking, { email, password }: Account): Promise<{ id: string; token: string }> => {
  for (;;) {
    const { status, body } = await ask('POST', '/auth/login', { body: { email, password } });
    if (status === 200) return { id: body.user.id, token: body.accessToken };
    if (status !== 401) throw new Error(`POST /auth/login: ${status} ${JSON.stringify(body)}`);
    await pause(AGAIN_MS);
  }
};

/** Somebody with this account, which is there. */
export const personWith = async (asking: Asking, account: Account): Promise<Person> => {
  let { id, token } = await signIn(asking, account);
  let unclear = false;
  const mark = (method: string) => () => {
    if (method !== 'GET') unclear = true;
  };
  return {
    ...account,
    id,
    unclear: () => unclear,
    async ask(method, path, sent) {
      for (;;) {
        const answer = await asking.ask(method, path, { ...sent, token }, mark(method));
        if (answer.status !== 401) return answer;
        await pause(AGAIN_MS);
        ({ id, token } = await signIn(asking, account));
      }
    },
    async once(method, path, sent) {
      const answer = await asking.once(method, path, { ...sent, token });
      if (!answer) unclear = true;
      return answer?.status === 401 ? undefined : answer;
    },
  };
};

/** A new customer. */
export const newCustomer = async (asking: Asking, { history, wrong }: Chronicle): Promise<Person> => {
  const account = { email: `${randomUUID()}@example.com`, password: PASSWORD };
  const { status, body } = await asking.ask('POST', '/auth/register', { body: { ...account, name: 'Kim' } });
  // One whose first answer was lost is there already.
  if (status !== 201 && body?.code !== 'EMAIL_TAKEN') wrong(`POST /auth/register: ${status} ${JSON.stringify(body)}`);
  const person = await personWith(asking, account);
  history.shoppers.push({ id: person.id, ...account });
  return person;
};

/** What a cart that was answered holds. */
export const linesOf = (cart: { items: { sku: string; quantity: number }[] }): Lines =>
  Object.fromEntries(cart.items.map(({ sku, quantity }) => [sku, quantity]));

/** One spelling of lines, to compare them. */
export const spelled = (lines: Lines): string =>
  Object.entries(lines)
    .filter(([, quantity]) => quantity > 0)
    .map(([sku, quantity]) => `${quantity} ${sku}`)
    .sort()
    .join(', ') || 'nothing';
