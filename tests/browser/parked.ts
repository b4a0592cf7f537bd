import { queryShop } from '../support/audit.ts';
import { customer, eventually } from '../support/client.ts';
import type { OpenShop } from '../support/open-shop.ts';

/** Leaves a checkout of one unit of `sku` parked, since its cart can't be completed; answers its id. Its last step works again. */
export const parkSaga = async ({ shop, seller }: Pick<OpenShop, 'shop' | 'seller'>, sku: string): Promise<string> => {
  const fault = (seconds: number) =>
    seller.call('PUT', '/lab/faults', { body: { step: 'completeCart', mode: 'fail', seconds } });
  await fault(60);
  const kim = await customer(shop.url);
  await kim.add(sku);
  const { id } = (await kim.checkout({ headers: { Prefer: 'respond-async' } })).body;
  const sagaIs = (check: (saga: { status: string; steps: { name: string }[] }) => boolean) =>
    eventually(async () => (await seller.get(`/checkouts/${id}`)).body, check, 30_000);
  await sagaIs(({ steps }) => steps.some(({ name }) => name === 'completeCart'));
  // Six minutes of tries are over.
  await queryShop(shop, 'order', `update sagas set attempts = 15, next_at = now() where id = '${id}'`);
  await sagaIs(({ status }) => status === 'parked');
  await fault(0);
  return id;
};
