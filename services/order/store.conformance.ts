import { beforeAll, describe } from 'vitest';
import { auditing } from './conformance/audit.conformance.ts';
import { cancelling } from './conformance/cancel.conformance.ts';
import { forgetting } from './conformance/forgetting.conformance.ts';
import { beginning } from './conformance/intent.conformance.ts';
import { beingReplaced, finishing } from './conformance/last-write.conformance.ts';
import { listing } from './conformance/lists.conformance.ts';
import { pivoting } from './conformance/pivot.conformance.ts';
import { recovering } from './conformance/recovery.conformance.ts';
import { rollingBack } from './conformance/rollback.conformance.ts';
import { benchOf, type OrderStoreUnderTest } from './testing/store-bench.ts';

/** What every store of sagas and orders promises, together with the outbox of its database. */
export const orderStoreConformance = (adapter: string, open: () => Promise<OrderStoreUnderTest>): void => {
  describe(`SagaStore & OrderStore: ${adapter}`, () => {
    let tested: OrderStoreUnderTest;
    beforeAll(async () => {
      tested = await open();
    });
    const bench = benchOf(() => tested);
    describe('The intent', () => beginning(bench));
    describe('The pivot', () => pivoting(bench));
    describe('A rollback', () => rollingBack(bench));
    describe('The last write', () => finishing(bench));
    describe('An old owner', () => beingReplaced(bench));
    describe('A cancel', () => cancelling(bench));
    describe('Recovery', () => recovering(bench));
    describe('Lists', () => listing(bench));
    describe('What ended long ago', () => forgetting(bench));
    describe('The audit', () => auditing(bench));
  });
};
