import { expect, it } from 'vitest';
import { call } from '../support/client.ts';
import { openShop } from '../support/open-shop.ts';

const open = openShop();

it.each(['openapi.json', 'asyncapi.json'])(
  'When the running shop is asked for %s, then it is the one in docs, which the edge of the distributed form serves',
  async (name) => {
    const { body } = await call(open.shop.url, 'GET', `/${name}`);
    await expect(`${JSON.stringify(body, null, 2)}\n`).toMatchFileSnapshot(`../../docs/${name}`);
  },
);
