import { randomUUID } from 'node:crypto';
import { queryShop } from '../support/audit.ts';
import { call, eventually, guest } from '../support/client.ts';
import { type Played, playing, type Recorder } from './kept.ts';
import { begin, breakStep, buy, type Chapter, fill, mendStep, type Stage } from './stage.ts';

/** Reads rows until some are there; fails as requests do when the shop is dead, which its database would not tell. */
const untilRows = (stage: Stage, database: 'order' | 'discount' | 'events', text: string) =>
  eventually(
    async () => {
      await call(stage.stand.url, 'GET', '/health/live');
      return queryShop(stage.stand.shop, database, text);
    },
    (rows) => rows.length > 0,
  );

/** Nobody hears events in these groups, until the shop is started again or they are let go. */
const holdGroups = (stage: Stage, groups = 'true') =>
  queryShop(stage.stand.shop, 'events', `update log_offsets set owner = 'nobody', until = 'infinity' where ${groups}`);
const letGroupsGo = (stage: Stage) =>
  queryShop(stage.stand.shop, 'events', `update log_offsets set owner = null, until = null where owner = 'nobody'`);

const loseReplyOfPivot = async (stage: Stage, recorder: Recorder): Promise<void> => {
  const kim = await guest(stage.stand.url);
  await fill(kim, stage.sku);
  await breakStep(stage, 'createOrder', 'lose');
  await buy(kim, recorder);
  await mendStep(stage, 'createOrder');
};

const parkAndPushOn = async (stage: Stage, recorder: Recorder): Promise<void> => {
  const kim = await guest(stage.stand.url);
  await fill(kim, stage.sku);
  await breakStep(stage, 'completeCart', 'fail');
  const id = await begin(kim, recorder);
  await untilRows(stage, 'order', `select from sagas where id = '${id}' and state = 'pivoted' and attempts > 0`);
  // Six minutes of tries are over.
  await queryShop(stage.stand.shop, 'order', `update sagas set attempts = 15, next_at = now() where id = '${id}'`);
  await untilRows(stage, 'order', `select from sagas where id = '${id}' and state = 'parked'`);
  await mendStep(stage, 'completeCart');
  await stage.stand.seller.post(`/checkouts/${id}/retry`);
  await untilRows(stage, 'order', `select from sagas where id = '${id}' and state = 'completed'`);
};

const waitForAnswers = async (stage: Stage, recorder: Recorder): Promise<void> => {
  const lea = await guest(stage.stand.url);
  await fill(lea, stage.soldOut);
  // Discount then hears of the rollback and of its repetition together.
  await holdGroups(stage, `consumer_group in ('order', 'discount')`);
  const id = await begin(lea, recorder);
  await untilRows(stage, 'order', `select from sagas where id = '${id}' and attempts > 1`);
  await letGroupsGo(stage);
  await untilRows(stage, 'order', `select from sagas where id = '${id}' and state = 'compensated'`);
};

/** Replies that are lost, steps that fail until an operator has come, answers that nobody hears. */
export const inTrouble: Chapter = {
  name: 'in trouble',
  async play(stage, order) {
    await stage.stand.order(order);
    return playing(async (recorder) => {
      await loseReplyOfPivot(stage, recorder);
      await parkAndPushOn(stage, recorder);
      await waitForAnswers(stage, recorder);
    });
  },
};

/** An event that no number of tries gets applied, and one after it that can be. */
export const withPoison: Chapter = {
  name: 'with an event that can not be applied',
  async play(stage, order) {
    const { shop, url } = stage.stand;
    const event = randomUUID();
    const data = { orderId: event, sagaId: 'no saga', userId: event, version: 1 };
    const poison = { ...data, kind: 'rollback', reason: 'poison', participants: ['inventory', 'discount'] };
    const passedBy = `
      select from log_messages m where event->>'id' = '${event}'
        and not exists (select from log_offsets o where o.topic = m.topic and done < position)`;
    const buried = async () => {
      await eventually(
        () => queryShop(shop, 'events', passedBy),
        (passed) => passed.length === 1,
      );
      // Taken away, for the books do not agree with them.
      const letters = `delete from dead_letters where event->>'id' = '${event}' returning id`;
      return (await queryShop(shop, 'events', letters)).length === 2;
    };
    await stage.stand.order(order);
    const emit = `select emit('${event}', 'order.cancelled', '${event}', '${JSON.stringify(poison)}', now())`;
    await queryShop(shop, 'order', emit);
    const played = await playing(async (recorder) => {
      const kim = await guest(url);
      await fill(kim, stage.sku);
      await buy(kim, recorder);
      await untilRows(stage, 'events', passedBy);
    });
    return { ...played, facts: [...played.facts, { what: 'the event was set aside', holds: buried }] };
  },
};

/** Holds that nobody answers for: their sagas are unknown, and they are old enough to ask. */
const orphanHolds = async (stage: Stage): Promise<void> => {
  const visitor = await guest(stage.stand.url);
  await visitor.add(stage.sku);
  const [sagaId, orderId, userId] = [randomUUID(), randomUUID(), visitor.userId];
  const ids = `'${sagaId}', '${orderId}', '${userId}'`;
  await queryShop(
    stage.stand.shop,
    'inventory',
    `insert into reservations (saga_id, order_id, user_id, state, lines, version, created_at, next_ask_at)
     values (${ids}, 'held', '[]', 1, now(), now())`,
  );
  await queryShop(
    stage.stand.shop,
    'discount',
    `insert into applications (saga_id, order_id, user_id, state, next_ask_at, created_at)
     values (${ids}, 'applied', now(), now())`,
  );
  const lock = { sagaId, orderId, snapshot: {}, asked: 0, askAt: new Date().toISOString() };
  await queryShop(
    stage.stand.shop,
    'cart',
    `update carts set document = document || '${JSON.stringify({ lock })}', ask_at = now() where user_id = '${userId}'`,
  );
};

/** Leaves everything half done: two rollbacks that nobody has heard of, an order without its end, a checkout before its order. */
const leaveHalfDone = async (stage: Stage, recorder: Recorder): Promise<void> => {
  const { url } = stage.stand;
  const buyers = [await guest(url), await guest(url), await guest(url), await guest(url)] as const;
  const [kim, lea, ben, eve] = buyers;
  await holdGroups(stage);
  for (const buyer of [kim, lea]) {
    await fill(buyer, stage.soldOut);
    const id = await begin(buyer, recorder);
    await untilRows(stage, 'order', `select from sagas where id = '${id}' and state = 'compensating'`);
  }
  await fill(ben, stage.sku);
  await breakStep(stage, 'completeCart', 'fail');
  const placed = await begin(ben, recorder);
  await untilRows(stage, 'order', `select from sagas where id = '${placed}' and state = 'pivoted'`);
  await fill(eve, stage.sku);
  await breakStep(stage, 'reserveInventory', 'slow');
  const begun = await begin(eve, recorder);
  await untilRows(stage, 'discount', `select from applications where saga_id = '${begun}'`);
  await orphanHolds(stage);
};

/** Killed once with everything half done, and once more while it picks that up. */
export const whileRecovering: Chapter = {
  name: 'while it recovers',
  async play(stage, order): Promise<Played> {
    const played = await playing((recorder) => leaveHalfDone(stage, recorder));
    if (played.isCutOff) throw new Error('The shop died before it was to');
    await stage.stand.shop.kill();
    await stage.stand.start(order);
    return played;
  },
};
