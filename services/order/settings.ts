import { setting } from '@shop/platform/config/config.ts';
import { STORE_CURRENCY, urlOf } from '@shop/platform/config/settings.ts';
import { common, kafka, LAB, postgres, serviceUrl, tokenKeys } from '@shop/platform/service/settings.ts';

/** Every environment variable of order as a process of its own. */
export const settings = {
  ...common,
  ...tokenKeys,
  ...postgres,
  ...kafka,
  STORE_CURRENCY,
  JOURNAL_DATABASE_URL: setting<string>(
    'the database of the journal and of dead letters',
    urlOf('postgres', 'postgresql').required(),
  ),
  IDENTITY_URL: serviceUrl('identity'),
  PRODUCT_URL: serviceUrl('product'),
  INVENTORY_URL: serviceUrl('inventory'),
  CART_URL: serviceUrl('cart'),
  DISCOUNT_URL: serviceUrl('discount'),
  LAB,
};
