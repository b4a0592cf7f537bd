import type { Mutant } from './mutate.ts';

const memoryStore = (service: string, name = 'store') => `services/${service}/${name}.memory.ts`;

/**
 * Bugs that the simulation must find, each planted alone: guards that are left out, steps in the wrong order, what is
 * forgotten or done twice. Where a guard stands in a store, it is the one in memory that is taken out; its suite says
 * that the real one has it too.
 */
export const mutants: readonly Mutant[] = [
  // Events
  {
    name: 'forgets an event before the log has it',
    file: 'packages/platform/messaging/relay.ts',
    find: `      await publishTraced(topic, batch, log);
      await source.sent(batch);`,
    replace: `      await source.sent(batch);
      await publishTraced(topic, batch, log);`,
  },
  {
    name: 'takes a failed publication for done',
    file: 'packages/platform/messaging/relay.ts',
    find: `      failures.push(error);`,
    replace: `      failures.push(error);
      await source.sent(batch);`,
  },
  {
    name: 'skips the inbox',
    file: 'packages/platform/messaging/memory-inbox.ts',
    find: 'return !row || (row.buried && event.replayFor !== undefined);',
    replace: 'return !row || event !== undefined;',
  },
  {
    name: 'notes an event as dealt with, and does nothing about it when its handler failed',
    file: 'packages/platform/messaging/consumer.ts',
    find: `        if (isInfrastructureFailure(error)) throw error;
        logger.warn(`,
    replace: `        if (isInfrastructureFailure(error)) return;
        logger.warn(`,
  },
  {
    name: 'tells of an order before it is stored, if it ever is',
    file: memoryStore('order', 'sagas'),
    find: `        const row = guarded(owned, 'running');
        if (!row) return false;
        const { saga } = decide(data, row, { state: 'pivoted'`,
    replace: `        outbox.emit(stamp, { ...orderCreated({ ...order, number: '' }), key: order.id });
        const row = guarded(owned, 'running');
        if (!row) return false;
        const { saga } = decide(data, row, { state: 'pivoted'`,
  },
  {
    name: 'stores the state and loses its event',
    file: memoryStore('cart'),
    find: '      for (const { stamp, event } of said) outbox.emit(stamp, event);',
    replace: '      for (const { stamp, event } of said.slice(1)) outbox.emit(stamp, event);',
  },

  // Carts
  {
    name: 'overwrites a cart that somebody else has changed',
    file: memoryStore('cart'),
    find: '      if ((carts.get(next.userId)?.version ?? 0) !== expectedVersion) return false;',
    replace: '',
  },
  {
    name: 'locks a cart that another checkout holds',
    file: 'services/cart/domain.saga.ts',
    find: `  if (cart.lock) return refuse('CHECKOUT_IN_PROGRESS', { checkoutId: cart.lock.sagaId });\n`,
    replace: '',
  },
  {
    name: 'unlocks a cart without owning the lock',
    file: 'services/cart/domain.saga.ts',
    find: 'const lock = cart.lock?.sagaId === sagaId ? undefined : cart.lock;',
    replace: 'const lock = undefined;',
  },
  {
    name: 'empties a cart without owning the lock',
    file: 'services/cart/domain.saga.ts',
    find: '  if (cart.lock?.sagaId !== sagaId) return unchanged(cart, undefined);\n',
    replace: '',
  },
  {
    name: 'forgets that a cart was unlocked',
    file: 'services/cart/domain.saga.ts',
    find: `  if (outcome.kind === 'unlocked') return refuse('SAGA_UNDONE');`,
    replace: `  if (outcome.kind === 'unlocked') return undefined;`,
  },
  {
    name: 'takes the prices of today, seen or not',
    file: 'services/cart/domain.saga.ts',
    find: '  const refusal = unseenPrices(cart, offers, currency);',
    replace: `  const refusal = undefined;
  cart = { ...cart, lines: cart.lines.map((line) => ({ ...line, seenPrice: offers.get(line.sku)?.price ?? 0 })) };`,
  },
  {
    name: 'takes a guest cart in twice',
    file: 'services/cart/domain.merge.ts',
    find: '  if (cart.mergedFrom.includes(keyOf(frozen))) return { ok: true, cart, events: [], reply: true };\n',
    replace: '',
  },
  {
    name: 'leaves a frozen cart as it was when it was taken in',
    file: 'services/cart/domain.merge.ts',
    find: '{ ...(taken && emptied), mergingInto: undefined }',
    replace: '{ mergingInto: undefined }',
  },

  // Stock
  {
    name: 'reserves without looking at what is there',
    file: memoryStore('inventory', 'holds'),
    find: `    const enough = found?.status === 'active' && available >= quantity;`,
    replace: `    const enough = found?.status === 'active';`,
  },
  {
    name: 'reserves for a saga that was undone',
    file: memoryStore('inventory', 'holds'),
    find: `  if (state) return { outcome: 'undone' };\n`,
    replace: '',
  },
  {
    name: 'forgets the tombstone of stock that was never held',
    file: memoryStore('inventory', 'holds'),
    find: '        reservations.set(hold.sagaId, hold);\n        if (before.state',
    replace:
      '        if (reservations.has(hold.sagaId)) reservations.set(hold.sagaId, hold);\n        if (before.state',
  },
  {
    name: 'gives stock back twice',
    file: memoryStore('inventory', 'holds'),
    find: `        else if (state !== before.state)`,
    replace: `        else if (kind === 'cancel')`,
  },
  {
    name: 'keeps the stock of an order that was cancelled',
    file: memoryStore('inventory', 'holds'),
    find: `before.state === 'committed' && kind === 'cancel'`,
    replace: `before.state === 'committed' && kind !== 'cancel'`,
  },
  {
    name: 'sells what is sold already once more',
    file: memoryStore('inventory', 'holds'),
    find: `        if (held?.state !== 'held') return;`,
    replace: `        if (held?.state !== 'held' && held?.state !== 'committed') return;`,
  },
  {
    name: 'takes stock away that is promised',
    file: 'services/inventory/domain.ts',
    find: 'if (delta < 0) {',
    replace: 'if (delta < -1_000_000) {',
  },
  {
    name: 'adjusts once more for the same key',
    file: 'packages/platform/memory/idempotency.ts',
    find: '  if (first) return first.requestHash',
    replace: '  if (first && first.requestHash !== requestHash) return first.requestHash',
  },

  // Vouchers
  {
    name: 'redeems a voucher beyond its limit',
    file: memoryStore('discount', 'applications'),
    find: '    if (row.usageLimit !== undefined && row.used >= row.usageLimit) return false;\n',
    replace: '',
  },
  {
    name: 'prices a voucher that its user has used up',
    file: 'services/discount/pricing/eligibility.ts',
    find: 'usedByUser >= voucher.perUserLimit',
    replace: 'usedByUser > voucher.perUserLimit',
  },
  {
    name: 'redeems a voucher again for a repeated command',
    file: memoryStore('discount', 'applications'),
    find: '        if (before) return before;\n',
    replace: '',
  },
  {
    name: 'forgets the tombstone of vouchers that were never redeemed',
    file: memoryStore('discount', 'effects'),
    find: '  data.applications.set(saga.sagaId, application);\n',
    replace: '  if (data.applications.has(saga.sagaId)) data.applications.set(saga.sagaId, application);\n',
  },
  {
    name: 'gives the uses of a voucher back twice',
    file: memoryStore('discount', 'effects'),
    find: '    if (redemption.releasedAt !== null) continue;\n',
    replace: '',
  },
  {
    name: 'goes on with a voucher that was rejected',
    file: 'services/discount/checkout.ts',
    find: `    if (quote.rejected.length > 0) return refuse('VOUCHER_REJECTED', { errors: quote.rejected });\n`,
    replace: '',
  },
  {
    name: 'counts vouchers that were asked for, not those that were applied',
    file: 'services/order/domain.ts',
    find: '    vouchers: quote.discounts,',
    replace: '    vouchers: snapshot.vouchers.map((code) => ({ code, amount: quote.discountTotal })),',
  },

  // Sagas
  {
    name: 'places an order after the decision to roll back',
    file: memoryStore('order', 'sagas'),
    find: `        const row = guarded(owned, 'running');
        if (!row) return false;
        const { saga } = decide(data, row, { state: 'pivoted'`,
    replace: `        const row = sagas.get(owned.id);
        if (!row || row.saga.state === 'pivoted' || row.saga.state === 'completed') return false;
        const { saga } = decide(data, row, { state: 'pivoted'`,
  },
  {
    name: 'ignores the epoch of the owner',
    file: memoryStore('order', 'sagas'),
    find: 'return row?.saga.epoch === epoch && row.saga.state === state ? row : undefined;',
    replace: 'return row?.saga.state === state && epoch > 0 ? row : undefined;',
  },
  {
    name: 'rolls back after the order was placed',
    file: memoryStore('order', 'sagas'),
    find: `        const row = guarded(owned, 'running');
        if (!row) return undefined;`,
    replace: `        const row = sagas.get(owned.id);
        if (!row || row.saga.epoch !== owned.epoch) return undefined;`,
  },
  {
    name: 'begins a second checkout for the same key',
    file: memoryStore('order', 'sagas'),
    find: '        if (first) return { saga: toSaga(first), isNew: false };\n',
    replace: '',
  },
  {
    name: 'answers a used key whatever the request',
    file: 'services/order/service.ts',
    find: `    return saga.requestHash === requestHash ? saga : refuse('IDEMPOTENCY_KEY_REUSED');`,
    replace: '    return saga;',
  },
  {
    name: 'ends a rollback with the first answer',
    file: memoryStore('order', 'recovery'),
    find: 'const isLast = participants.every((one) => undone.includes(one));',
    replace: 'const isLast = participants.some((one) => undone.includes(one));',
  },
  {
    name: 'undoes only what has answered',
    file: 'services/order/saga-runner.ts',
    find: `      run.holders.add(step.participant);
      try {
        const reply = await attempt(run, step);`,
    replace: `      try {
        const reply = await attempt(run, step);
        run.holders.add(step.participant);`,
  },
  {
    name: 'forgets what an earlier owner may hold',
    file: 'services/order/saga-runner.ts',
    find: 'holders: new Set(recovered ? everyParticipant : []),',
    replace: 'holders: new Set(),',
  },
  {
    name: 'leaves sagas of dead owners alone',
    file: memoryStore('order', 'recovery'),
    find: `nextOf(row) <= now() || (row.saga.state !== 'compensating' && !isAlive(row.owner))`,
    replace: `row.saga.state === 'compensating' && nextOf(row) <= now()`,
  },
  {
    name: 'answers a refusal before it is decided',
    file: 'services/order/service.ts',
    find: '    const completed = driven && (await awaitDrive(driven, signal));',
    replace: `    const completed = driven && (await Promise.race([driven, clock.sleep(2_000).then(() => undefined)]));
    if (driven && clock.now().getTime() - start >= 2_000) return { kind: 'refused', refusal: refuse('OUT_OF_STOCK', { checkoutId: id }) };`,
  },
  {
    name: 'forgets a cancel that was asked for too early',
    file: memoryStore('order', 'ending'),
    find: `  const left = confirmed.cancelRequested
    ? cancelConfirmed(deps, confirmed, confirmed.cancelRequested, ending)
    : confirmed;`,
    replace: '  const left = confirmed;',
  },
  {
    name: 'cancels an order that has left',
    file: memoryStore('order', 'orders'),
    find: `    if (status === 'shipped' || status === 'delivered')`,
    replace: `    if (status === 'delivered')`,
  },
  {
    name: 'ships an order that was cancelled',
    file: memoryStore('order', 'orders'),
    find: '      if (before?.order.status !== from) return',
    replace: '      if (!before || before.order.status === to) return',
  },
  {
    name: 'gives back what an unconfirmed order holds when that asks',
    file: 'services/order/domain.ts',
    find: `  if (order) return order.status === 'cancelled' && asker !== 'cart' ? 'cancelled' : 'created';`,
    replace: `  if (order && order.status !== 'created') return order.status === 'cancelled' && asker !== 'cart' ? 'cancelled' : 'created';`,
  },
];
