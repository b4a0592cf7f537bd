import { expect, it } from 'vitest';
import { apiTypes } from '../support/api-types.ts';
import { call } from '../support/client.ts';
import { openShop } from '../support/open-shop.ts';

const open = openShop();

it("When types are made from the running shop's document, then they are those of the SDK", async () => {
  const { body } = await call(open.shop.url, 'GET', '/openapi.json');
  await expect(await apiTypes(body)).toMatchFileSnapshot('../../packages/sdk/api.ts');
});
