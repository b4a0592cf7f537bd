import type { Participant } from '@shop/contracts/commands.ts';
import { isRefusal } from '@shop/contracts/problems.ts';
import type { CheckoutCommands } from '@shop/order/checkout.saga.ts';
import type { SagaStore } from '@shop/order/store.ts';
import { Breach } from './promises.ts';

/** Who may hold something for which saga: all who were asked, until they refuse the first time that they are. */
export type Holders = Map<string, Set<Participant>>;

/** Notes, for all processes of order together, who is asked to hold something. */
export const notingHolders = (commands: CheckoutCommands, holders: Holders): CheckoutCommands => {
  const noted = async <Reply>(sagaId: string, participant: Participant, ask: () => Promise<Reply>): Promise<Reply> => {
    const mine = holders.get(sagaId) ?? new Set();
    holders.set(sagaId, mine);
    const askedBefore = mine.has(participant);
    mine.add(participant);
    const reply = await ask();
    if (isRefusal(reply) && !askedBefore) mine.delete(participant);
    return reply;
  };
  const { cart, discount, inventory } = commands;
  return {
    cart: { ...cart, lock: (command) => noted(command.sagaId, 'cart', () => cart.lock(command)) },
    discount: { ...discount, apply: (command) => noted(command.sagaId, 'discount', () => discount.apply(command)) },
    inventory: { reserve: (command) => noted(command.sagaId, 'inventory', () => inventory.reserve(command)) },
  };
};

/** I4: a decision to roll back asks everybody who may hold something; questions of old holds are no excuse. */
export const watchingHolders = <Store extends SagaStore>(
  store: Store,
  holders: Holders,
  fail: (error: unknown) => void,
): Store => ({
  ...store,
  async compensate(owned, decision) {
    const forgotten = [...(holders.get(owned.id) ?? [])].filter((one) => !decision.participants.includes(one));
    const decided = await store.compensate(owned, decision);
    if (decided && forgotten.length > 0)
      fail(new Breach('I4', `saga ${owned.id} is rolled back without ${forgotten}, who may hold something`));
    return decided;
  },
});
